import Foundation

/// A new file that grows record by record while others read it; what ``AtomicFile`` writes shows whole or not at all.
package final class AppendingFile {
    /// Where it is.
    package let path: String
    private let descriptor: Int32

    /// Makes the file; `nil` where there is one of that name.
    package init?(path: String) throws(FileError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
        if descriptor >= 0 { return }
        if errno == EEXIST { return nil }
        let isMissing = errno == ENOENT || errno == ENOTDIR
        throw .unwritable(
            path: path, reason: isMissing ? "there is no directory \(parentDirectory(of: path))" : systemMessage())
    }

    deinit { close(descriptor) }

    /// Appends bytes, in one call to the system where it takes them all.
    package func append(_ bytes: [UInt8]) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            if written <= 0 { throw .unwritable(path: path, reason: systemMessage(written < 0 ? errno : ENOSPC)) }
            rest = rest.dropFirst(written)
        }
    }
}
