import Foundation

/// Writes files so that a reader finds the old contents or the new ones, never a part.
///
/// The bytes go to a temporary file in the target's directory, which is synced and renamed over the target, and the
/// directory is synced (`fsync(2)`, `rename(2)`). On failure the temporary is removed and the old file is as it was. A
/// symbolic link is followed; a file that is replaced keeps its permissions. What is no regular file (`/dev/stdout`, a
/// pipe) is written to directly.
public enum AtomicFile {
    /// Replaces the contents of the file at `path`.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)`` with the system's words: no permission, no space, no such
    ///   directory, the path is a directory.
    public static func write(_ bytes: RawSpan, to path: String) throws(FileError) {
        try write(to: path) { output throws(FileError) in
            try bytes.withUnsafeBytes { buffer throws(FileError) in try output.append(buffer) }
        }
    }

    /// Replaces the contents of the file at `path`; fails as ``write(_:to:)-(RawSpan,_)`` does.
    public static func write(_ data: Data, to path: String) throws(FileError) { try write(data.bytes, to: path) }

    /// Replaces the contents of the file at `path` with text in UTF-8; fails as ``write(_:to:)-(RawSpan,_)`` does.
    public static func write(_ text: String, to path: String) throws(FileError) { try write(Data(text.utf8), to: path) }

    /// Replaces the contents of the file at `path` with what `body` appends, which need not fit into memory at once.
    package static func write(
        to path: String, calls: FileSystemCalls = .system, _ body: (inout Output) throws(FileError) -> Void
    ) throws(FileError) {
        let destination = try Destination(path: path)
        var output = try Output(destination, calls: calls)
        do {
            try body(&output)
            try output.commit()
        } catch {
            output.abandon()
            throw error
        }
    }
}

extension AtomicFile {
    static let prefix = ".apus-"
    static let suffix = ".tmp"

    /// Removes what writers that were killed have left in a directory. Nobody else may be writing there.
    package static func removeLeftovers(in directory: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names where name.hasPrefix(prefix) && name.hasSuffix(suffix) { unlink("\(directory)/\(name)") }
    }

    /// Where a file goes: links followed, and what stands there now.
    struct Destination {
        /// As the caller wrote it, for messages.
        let path: String
        /// Without symbolic links.
        let resolved: String
        /// The permissions of the file that is replaced, or `nil` where there is none.
        let permissions: mode_t?
        /// Whether something stands there that cannot be replaced, as a device or a pipe.
        let isStream: Bool

        init(path: String) throws(FileError) {
            self.path = path
            if path.isEmpty || path.hasSuffix("/") {
                throw FileError.unwritable(path: path, reason: "it names no file")
            }
            var status = stat()
            guard stat(path, &status) == 0 else {
                (resolved, permissions, isStream) = (path, nil, false)
                return
            }
            let kind = status.st_mode & S_IFMT
            if kind == S_IFDIR { throw FileError.unwritable(path: path, reason: "it is a directory") }
            if access(path, W_OK) != 0 { throw FileError.unwritable(path: path, reason: systemMessage()) }
            isStream = kind != S_IFREG
            permissions = status.st_mode & 0o7777
            resolved = isStream ? path : Self.withoutLinks(path)
        }

        private static func withoutLinks(_ path: String) -> String {
            guard let resolved = realpath(path, nil) else { return path }
            defer { free(resolved) }
            return String(cString: resolved)
        }

        var directory: String { parentDirectory(of: resolved) }

        /// The system's words for `code`, or better ones.
        func unwritable(_ code: Int32) -> FileError {
            let directoryIsMissing = code == ENOENT || code == ENOTDIR
            return .unwritable(
                path: path, reason: directoryIsMissing ? "there is no directory \(directory)" : systemMessage(code))
        }
    }
}

/// The system's words for an error number, by default the one of the last call on this thread.
func systemMessage(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
