import Foundation

/// A regular file opened for reading at any place. Reads go through `pread(2)`: a file that shrinks meanwhile is an
/// error, where a mapping would stop the process.
package final class ReadableFile: Sendable {
    package let path: String
    /// Size in bytes when it was opened.
    package let count: Int
    private let descriptor: Int32

    /// Opens a file; `expected` says for messages what should be there.
    package init(path: String, expected: String) throws(FileError) {
        // Without O_NONBLOCK, opening a pipe would wait for its writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw .missing(path: path, expected: expected) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            let isDirectory = status.st_mode & S_IFMT == S_IFDIR
            close(descriptor)
            throw .malformed(path: path, found: isDirectory ? "a directory" : "no regular file", expected: expected)
        }
        self.path = path
        self.descriptor = descriptor
        count = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Fills `buffer` with the bytes from `offset` on.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let taken = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if taken < 0, errno == EINTR { continue }
            if taken <= 0 {
                let end = "the end of the file at byte \(offset + done)"
                throw .malformed(
                    path: path, found: taken < 0 ? "a read error (\(systemMessage()))" : end,
                    expected: "\(buffer.count) bytes from byte \(offset) on")
            }
            done += taken
        }
    }

    /// `count` elements of a type without references from byte `offset` on.
    package func array<Element: BitwiseCopyable>(of count: Int, at offset: Int) throws(FileError) -> [Element] {
        var failure: FileError?
        let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            do throws(FileError) {
                let bytes = UnsafeMutableRawBufferPointer(
                    start: buffer.baseAddress, count: count * MemoryLayout<Element>.stride)
                try read(into: bytes, at: offset)
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return elements
    }
}
