import ApusTensors
import Glibc

/// A file opened for reading from its start to its end.
final class ReadableFile {
    let path: String
    let byteCount: Int
    private let descriptor: Int32

    /// Opens a regular file; `expected` is what the error says should be there.
    init(_ path: String, expected: String) throws(FileError) {
        // Without O_NONBLOCK, opening a pipe would wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .missing(path: path, expected: expected) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .malformed(path: path, found: "no regular file", expected: expected)
        }
        self.path = path
        self.descriptor = descriptor
        byteCount = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Reads the next `count` bytes.
    func read(_ count: Int, into buffer: UnsafeMutablePointer<UInt8>) throws(FileError) {
        var done = 0
        while done < count {
            let got = Glibc.read(descriptor, buffer + done, count - done)
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else {
                let found = got == 0 ? "the end of the file" : "a read error (\(String(cString: strerror(errno))))"
                throw .malformed(path: path, found: found, expected: "\(count - done) more bytes")
            }
            done += got
        }
    }
}

/// All bytes of a file.
func readFile(_ path: String, expected: String, atMost limit: Int = .max) throws(FileError) -> [UInt8] {
    let file = try ReadableFile(path, expected: expected)
    guard file.byteCount <= limit else {
        throw .malformed(
            path: path, found: "\(file.byteCount) bytes", expected: "\(expected) of at most \(limit) bytes")
    }
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: max(1, file.byteCount))
    defer { buffer.deallocate() }
    try file.read(file.byteCount, into: buffer)
    return Array(UnsafeBufferPointer(start: buffer, count: file.byteCount))
}

func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
