import ApusBLAS
import ApusTensors

/// An array in NumPy's format `.npy`, versions 1 to 3 (NumPy Enhancement Proposal 1): little-endian floating-point numbers,
/// integers and booleans, in C or Fortran order.
///
/// ```swift
/// let features: Tensor<Float> = try NumPyFile(path: "features.npy").tensor()
/// try NumPyFile.write(features, to: "copy.npy")
/// ```
public struct NumPyFile: Sendable {
    /// Extents of the axes.
    public let shape: Shape
    /// What an element is.
    public let type: NumPyType
    /// Whether the first axis is the innermost, as in Fortran.
    public let isFortranOrder: Bool

    private let file: ReadableFile
    private let dataOffset: Int

    /// Opens a file and checks that it holds what its header declares.
    ///
    /// - Throws: ``FileError`` where there is no such file, its header cannot be read, its type is another than
    ///   ``NumPyType``'s, or its size does not fit its shape.
    public init(path: String) throws(FileError) {
        let file = try ReadableFile(path: path, expected: "a NumPy array (.npy)")
        let header = try NumPyHeader(file)
        guard let shape = Shape(exactly: header.shape) else {
            throw .malformed(
                path: path, found: "the shape \(header.shape)", expected: "extents whose product an Int counts")
        }
        let (bytes, isTooLarge) = shape.count.multipliedReportingOverflow(by: header.type.bytes)
        guard !isTooLarge, bytes == file.count - header.dataOffset else {
            throw .malformed(
                path: path, found: "\(file.count - header.dataOffset) bytes of data",
                expected: "\(isTooLarge ? "more than an Int counts" : "\(bytes)") for shape \(shape) of \(header.type)")
        }
        (self.shape, type, isFortranOrder, dataOffset) = (shape, header.type, header.isFortranOrder, header.dataOffset)
        self.file = file
    }

    /// The elements as floating-point numbers in row-major order, each rounded to the nearest where it is not exact;
    /// booleans are 0 and 1.
    ///
    /// - Throws: ``FileError`` where the file cannot be read.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func tensor<Scalar: BLASScalar>() throws(FileError) -> Tensor<Scalar> {
        var scalars: [Scalar] = []
        scalars.reserveCapacity(shape.count)
        try forEachPiece { bytes in type.append(bytes, to: &scalars) }
        return inRowMajorOrder(scalars)
    }

    /// The elements as integers in row-major order; booleans are 0 and 1.
    ///
    /// - Throws: ``FileError`` where they are floating-point numbers, or one is over `Int.max`.
    public func integers() throws(FileError) -> [Int] {
        guard !type.isFloatingPoint else {
            throw .malformed(path: file.path, found: "elements of type \(type)", expected: "integers")
        }
        var elements: [Int] = []
        elements.reserveCapacity(shape.count)
        var isRepresentable = true
        try forEachPiece { bytes in isRepresentable = type.append(bytes, to: &elements) && isRepresentable }
        guard isRepresentable else {
            throw .malformed(path: file.path, found: "an element over \(Int.max)", expected: "no greater ones")
        }
        return order(elements)
    }

    private static let elementsAtOnce = 1 << 16

    private func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws(FileError) {
        for start in stride(from: 0, to: shape.count, by: Self.elementsAtOnce) {
            let count = min(Self.elementsAtOnce, shape.count - start)
            let bytes: [UInt8] = try file.array(of: count * type.bytes, at: dataOffset + start * type.bytes)
            bytes.withUnsafeBytes(body)
        }
    }

    private func inRowMajorOrder<Scalar: BLASScalar>(_ scalars: [Scalar]) -> Tensor<Scalar> {
        Tensor(shape: shape, scalars: order(scalars))
    }

    private func order<Element>(_ elements: [Element]) -> [Element] {
        guard isFortranOrder, shape.rank > 1, shape.count > 0 else { return elements }
        var strides = [Int](repeating: 1, count: shape.rank)
        for axis in 1..<shape.rank { strides[axis] = strides[axis - 1] * shape[axis - 1] }
        var index = [Int](repeating: 0, count: shape.rank)
        var offset = 0
        return elements.indices.map { _ in
            let element = elements[offset]
            var axis = shape.rank - 1
            while axis >= 0 {
                index[axis] += 1
                offset += strides[axis]
                if index[axis] < shape[axis] { break }
                offset -= strides[axis] * shape[axis]
                index[axis] = 0
                axis -= 1
            }
            return element
        }
    }
}
