import ApusTensors

/// An IDX file of unsigned bytes, plain or gzip (LeCun, "The MNIST database of handwritten digits"): two bytes of zero,
/// the type 8, the number of axes, each axis's extent as a big-endian 32-bit number, then the bytes in row-major order.
struct IDXFile {
    let path: String
    let extents: [Int]
    /// Product of the extents.
    let count: Int
    private let stream: ByteStream

    private static let unsignedByte: UInt8 = 8

    /// Opens a file and checks that it has so many axes, none of extent 0, and can hold what its header declares.
    init(path: String, rank: Int, expected: String) throws(FileError) {
        stream = try ByteStream(path: path, expected: expected)
        self.path = path
        let headerBytes = 4 + 4 * rank
        let start = try Self.read(4, from: stream, expected: expected)
        guard start == [0, 0, Self.unsignedByte, UInt8(rank)] else {
            let found = start.map { String($0, radix: 16) }.joined(separator: " ")
            throw .malformed(
                path: path, found: "bytes that begin with \(found)",
                expected: "\(expected), which begin with 0 0 8 \(rank)")
        }
        let numbers = try Self.read(4 * rank, from: stream, expected: expected)
        extents = (0..<rank).map { axis in numbers[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) } }
        guard let shape = Shape(exactly: extents), shape.count > 0, shape.count <= stream.byteLimit - headerBytes,
            stream.isCompressed || shape.count == stream.byteLimit - headerBytes
        else {
            throw .malformed(
                path: path, found: "a header that declares \(extents) bytes",
                expected: stream.isCompressed
                    ? "at least 1 and no more than its compressed bytes can hold"
                    : "the \(stream.byteLimit - headerBytes) bytes that follow it, at least 1")
        }
        count = shape.count
    }

    /// Reads all bytes, once.
    func read(into bytes: UnsafeMutablePointer<UInt8>) throws(FileError) {
        let found = try stream.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: count))
        guard found == count else {
            throw .malformed(path: path, found: "\(found) bytes after the header", expected: "\(count)")
        }
        var more: UInt8 = 0
        // This also reads the checksum of a compressed file.
        guard try Self.readMore(stream, &more) == 0 else {
            throw .malformed(path: path, found: "more bytes than its header declares", expected: "\(count)")
        }
    }

    private static func readMore(_ stream: ByteStream, _ byte: inout UInt8) throws(FileError) -> Int {
        let result: Result<Int, FileError> = withUnsafeMutableBytes(of: &byte) { buffer in
            Result { () throws(FileError) in try stream.read(into: buffer) }
        }
        return try result.get()
    }

    private static func read(_ count: Int, from stream: ByteStream, expected: String) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result: Result<Int, FileError> = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(FileError) in try stream.read(into: buffer) }
        }
        let found = try result.get()
        guard found == count else {
            throw .malformed(path: stream.path, found: "the end of the file within its header", expected: expected)
        }
        return bytes
    }
}
