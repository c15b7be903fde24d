import ApusTensors
internal import CZlib

/// The bytes of a file from its start to its end, inflated where it is gzip (RFC 1952, told by its first bytes).
///
/// Takes a fixed amount of memory beside the caller's buffers, whatever the file says.
final class ByteStream {
    let path: String
    /// Whether the file is compressed.
    let isCompressed: Bool
    /// Most bytes that can come out of the file: its size, or what deflate makes of it at its best, 1,032 for one.
    let byteLimit: Int

    private static let pieceBytes = 1 << 16
    private static let gzipWindow: Int32 = 15 + 16

    private let file: ReadableFile
    private var offset = 0
    private var piece: [UInt8] = []
    /// Bytes of `piece` that are inflated already.
    private var taken = 0
    /// zlib remembers its address.
    private let inflater: UnsafeMutablePointer<z_stream>
    private var isAtEnd = false

    /// Opens a file; `expected` says for messages what should be there.
    init(path: String, expected: String) throws(FileError) {
        let file = try ReadableFile(path: path, expected: expected)
        let start: [UInt8] = try file.array(of: min(2, file.count), at: 0)
        self.file = file
        self.path = path
        isCompressed = start == [0x1F, 0x8B]
        inflater = .allocate(capacity: 1)
        inflater.initialize(to: z_stream())
        let (most, isTooMany) = file.count.multipliedReportingOverflow(by: 1032)
        byteLimit = isCompressed ? (isTooMany ? .max : most) : file.count
        guard isCompressed else { return }
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(inflater, Self.gzipWindow, ZLIB_VERSION, size) == Z_OK else {
            throw .malformed(path: path, found: "no memory to inflate it", expected: expected)
        }
    }

    deinit {
        if isCompressed { inflateEnd(inflater) }
        inflater.deallocate()
    }

    /// Fills a buffer and returns how many bytes there were: fewer than asked for at the end alone.
    ///
    /// - Throws: ``FileError`` where compressed data are damaged or cut short.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        if isCompressed { return try inflate(into: buffer) }
        let count = min(buffer.count, file.count - offset)
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: offset)
        offset += count
        return count
    }

    private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count, !isAtEnd {
            if taken == piece.count { try readPiece() }
            let room = min(buffer.count - done, Int(Int32.max))
            let status: Int32 = piece.withUnsafeMutableBufferPointer { piece in
                inflater.pointee.next_in = piece.baseAddress.map { $0 + taken }
                inflater.pointee.avail_in = UInt32(piece.count - taken)
                inflater.pointee.next_out = buffer.baseAddress.map { ($0 + done).assumingMemoryBound(to: UInt8.self) }
                inflater.pointee.avail_out = UInt32(room)
                let status = CZlib.inflate(inflater, Z_NO_FLUSH)
                taken = piece.count - Int(inflater.pointee.avail_in)
                return status
            }
            done += room - Int(inflater.pointee.avail_out)
            switch status {
            case Z_STREAM_END: isAtEnd = true
            case Z_OK: break
            // No progress for want of input, which the next round reads.
            case Z_BUF_ERROR where taken == piece.count: break
            default:
                let reason = inflater.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
                throw .malformed(
                    path: path, found: "compressed data that zlib rejects (\(reason))", expected: "a whole gzip file")
            }
        }
        return done
    }

    private func readPiece() throws(FileError) {
        let count = min(Self.pieceBytes, file.count - offset)
        guard count > 0 else {
            throw .malformed(
                path: path, found: "the end of the file amid compressed data", expected: "a whole gzip file")
        }
        piece = try file.array(of: count, at: offset)
        offset += count
        taken = 0
    }
}
