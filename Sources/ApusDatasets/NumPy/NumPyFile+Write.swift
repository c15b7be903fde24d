import ApusBLAS
import ApusParallel
import ApusTensors

extension NumPyFile {
    /// Writes a tensor as `<f4` or `<f8` in C order, version 1 of the format.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func write<Scalar: BLASScalar>(_ tensor: Tensor<Scalar>, to path: String) throws(FileError) {
        let type: NumPyType = Scalar.self == Float.self ? .float32 : .float64
        try write(tensor.scalars, type, shape: tensor.shape, to: path)
    }

    /// Writes integers as `<i8` in C order, version 1 of the format.
    ///
    /// - Parameters:
    ///   - integers: The elements in row-major order.
    ///   - shape: As many elements as `integers`; by default one axis.
    ///   - path: The file.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public static func write(_ integers: [Int], shape: Shape? = nil, to path: String) throws(FileError) {
        let shape = shape ?? [integers.count]
        require(
            shape.count == integers.count,
            "NumPyFile.write: \(integers.count) integers for shape \(shape) of \(shape.count)")
        try write(integers, .int64, shape: shape, to: path)
    }

    private static func write<Element: BitwiseCopyable>(
        _ elements: [Element], _ type: NumPyType, shape: Shape, to path: String
    ) throws(FileError) {
        let header = header(type, shape)
        try AtomicFile.write(to: path) { output throws(FileError) in
            try header.span.bytes.withUnsafeBytes { bytes throws(FileError) in try output.append(bytes) }
            try elements.span.bytes.withUnsafeBytes { bytes throws(FileError) in try output.append(bytes) }
        }
    }

    /// Padded by blanks to a multiple of 64 bytes and ended by a newline, as the format demands.
    private static func header(_ type: NumPyType, _ shape: Shape) -> [UInt8] {
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.rank == 1 ? "," : "")
        let text = "{'descr': '\(type.rawValue)', 'fortran_order': False, 'shape': (\(extents)), }"
        let start = NumPyHeader.magic.count + 4
        let total = (start + text.utf8.count + 1 + 63) / 64 * 64
        let length = total - start
        let padding = String(repeating: " ", count: length - text.utf8.count - 1)
        return NumPyHeader.magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array("\(text)\(padding)\n".utf8)
    }
}
