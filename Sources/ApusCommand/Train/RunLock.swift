import Apus
import Foundation

/// Keeps two processes from training in one directory.
enum RunLock {
    /// Takes a run's directory for this process, until its end.
    ///
    /// - Throws: `FileError` where another process has taken it. File systems without locks are let pass.
    static func take(_ directory: String) throws {
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if file >= 0, flock(file, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
            close(file)
            throw FileError.unwritable(path: directory, reason: "another process is training in it")
        }
    }
}
