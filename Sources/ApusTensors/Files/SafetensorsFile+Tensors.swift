import ApusBLAS

extension SafetensorsFile {
    /// Reads a tensor of floating-point numbers.
    ///
    /// `F16` and `BF16` are widened, and `F32` is where a tensor of `Double` is asked for; nothing is ever narrowed.
    ///
    /// - Throws: ``FileError/malformed(path:found:expected:)`` where there is no such tensor, or it holds integers or
    ///   wider numbers.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func tensor<Scalar: BLASScalar & SafetensorsScalar>(
        named name: String, of scalar: Scalar.Type = Scalar.self
    ) throws(FileError) -> Tensor<Scalar> {
        let entry = try entry(named: name, types: Scalar.safetensorsType.exactSources)
        if entry.type == Scalar.safetensorsType {
            return Tensor(shape: entry.shape, scalars: try patterns(of: entry))
        }
        return Tensor(shape: entry.shape, scalars: try floats(entry).map { Scalar($0) })
    }

    /// The elements of an `F32`, `F16` or `BF16` tensor.
    private func floats(_ entry: Entry) throws(FileError) -> [Float] {
        if entry.type == .float32 { return try patterns(of: entry) }
        let patterns: [UInt16] = try patterns(of: entry)
        return entry.type == .float16
            ? patterns.map { Float(Float16(bitPattern: $0)) }
            : patterns.map { Float(bitPattern: UInt32($0) << 16) }
    }
}
