import Foundation

extension AtomicFile {
    /// A file in the making.
    package struct Output {
        private let destination: Destination
        private let calls: FileSystemCalls
        private let temporary: String
        private var descriptor: Int32

        init(_ destination: Destination, calls: FileSystemCalls) throws(FileError) {
            self.destination = destination
            self.calls = calls
            if destination.isStream {
                temporary = destination.resolved
                descriptor = calls.open(temporary, O_WRONLY | O_CLOEXEC, 0)
            } else {
                let name = prefix + String(UInt64.random(in: .min ... .max), radix: 16) + suffix
                temporary = "\(destination.directory)/\(name)"
                descriptor = calls.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            }
            if descriptor < 0 { throw destination.unwritable(errno) }
        }

        /// Appends bytes to the file.
        package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
            var rest = bytes
            while !rest.isEmpty {
                let written = calls.write(descriptor, rest)
                if written < 0, errno == EINTR { continue }
                // A regular file that takes no byte and gives no reason is full.
                if written <= 0 { throw destination.unwritable(written < 0 ? errno : ENOSPC) }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }

        /// Makes the file durable and visible under its name.
        mutating func commit() throws(FileError) {
            if destination.isStream { return try close() }
            if let permissions = destination.permissions { try check(fchmod(descriptor, permissions)) }
            try check(calls.sync(descriptor))
            try close()
            try check(calls.rename(temporary, destination.resolved))
            try syncDirectory()
        }

        /// Takes back what was begun.
        mutating func abandon() {
            if descriptor >= 0 { _ = calls.close(descriptor) }
            descriptor = -1
            if !destination.isStream { unlink(temporary) }
        }

        private mutating func close() throws(FileError) {
            let status = calls.close(descriptor)
            // Linux has released the descriptor even where closing fails.
            descriptor = -1
            try check(status)
        }

        /// Makes the new name durable where the directory may be read; file systems that cannot sync one say EINVAL.
        private func syncDirectory() throws(FileError) {
            let directory = calls.open(destination.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
            if directory < 0, errno == EACCES { return }
            try check(directory)
            let status = calls.sync(directory)
            let code = errno
            _ = calls.close(directory)
            if status < 0, code != EINVAL { throw destination.unwritable(code) }
        }

        private func check(_ status: Int32) throws(FileError) {
            if status < 0 { throw destination.unwritable(errno) }
        }
    }
}
