import ApusTensors
import Foundation

/// The growing file of a download, beside its target and locked against other processes while it is open.
final class PartialFile: @unchecked Sendable {
    let path: String
    private let descriptor: Int32
    private(set) var byteCount: Int

    /// Opens or makes `target.partial`.
    init(target: String) throws(FileError) {
        path = target + ".partial"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: Self.reason()) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno == EWOULDBLOCK ? "another process is downloading it" : Self.reason()
            close(descriptor)
            throw .unwritable(path: path, reason: reason)
        }
        byteCount = max(0, Int(lseek(descriptor, 0, SEEK_END)))
    }

    deinit { close(descriptor) }

    func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let written = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw .unwritable(path: path, reason: Self.reason()) }
            done += written
            byteCount += written
        }
    }

    /// Forgets what was received.
    func restart() throws(FileError) {
        if byteCount == 0 { return }
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw .unwritable(path: path, reason: Self.reason())
        }
        byteCount = 0
    }

    func remove() { unlink(path) }

    /// Syncs the whole file and gives it its final name.
    func complete(as target: String) throws(FileError) {
        guard fsync(descriptor) == 0, rename(path, target) == 0 else {
            throw .unwritable(path: target, reason: Self.reason())
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
