import ApusTensors
import Foundation

/// A file on a web server whose size and checksum are known.
public struct RemoteFile: Sendable, Hashable {
    /// An http or https address.
    public let address: String
    /// Size in bytes.
    public let byteCount: Int
    /// What the file's digest must be.
    public let checksum: Checksum

    /// Describes a file.
    public init(address: String, byteCount: Int, checksum: Checksum) {
        self.address = address
        self.byteCount = byteCount
        self.checksum = checksum
    }

    /// How long and how often a download tries.
    public struct Patience: Sendable {
        /// Time for a server's first answer.
        public var connecting: Duration
        /// Longest time without a byte once it has answered.
        public var stalling: Duration
        /// How often a broken connection is taken up again in a row without a new byte in between.
        public var retries: Int

        /// Ten seconds to connect, thirty between two bytes, two retries.
        public init(connecting: Duration = .seconds(10), stalling: Duration = .seconds(30), retries: Int = 2) {
            self.connecting = connecting
            self.stalling = stalling
            self.retries = retries
        }
    }

    /// Downloads the file to `path`, verified; another file there is replaced only at the end, and the right one is
    /// kept.
    ///
    /// Bytes collect in `path.partial` and survive interruptions and cancellation: the next download asks for the rest
    /// (RFC 9110, section 14), and starts from zero where the server sends the whole file all the same.
    ///
    /// - Parameters:
    ///   - path: Where the file goes; its directory exists.
    ///   - patience: Limits of time and retries.
    ///   - progress: Called from another thread after every piece.
    /// - Throws: ``DownloadError``, ``FileError`` where a file cannot be written, or `CancellationError`.
    public func download(
        to path: String, patience: Patience = Patience(),
        progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) async throws {
        guard let url = URL(string: address), ["http", "https"].contains(url.scheme?.lowercased()), url.host != nil
        else {
            throw DownloadError.badAddress(address)
        }
        if try isComplete(path) { return }
        let partial = try PartialFile(target: path)
        if partial.byteCount > byteCount { try partial.restart() }
        if partial.byteCount < byteCount {
            try await receive(from: url, into: partial, patience: patience, progress: progress)
        }
        let found = try Checksum.of(path: partial.path, checksum.algorithm)
        guard found == checksum else {
            partial.remove()
            throw DownloadError.wrongChecksum(address: address, found: found, expected: checksum)
        }
        try partial.complete(as: path)
    }

    private func isComplete(_ path: String) throws(FileError) -> Bool {
        guard fileExists(path), try ReadableFile(path: path, expected: "a downloaded file").count == byteCount else {
            return false
        }
        return try Checksum.of(path: path, checksum.algorithm) == checksum
    }

    private func receive(
        from url: URL, into partial: PartialFile, patience: Patience,
        progress: @escaping @Sendable (DownloadProgress) -> Void
    ) async throws {
        var failures = 0
        while true {
            let before = partial.byteCount
            do {
                return try await HTTPTransfer(file: self, partial: partial, patience: patience, progress: progress).run(
                    url)
            } catch let error as DownloadError {
                failures = partial.byteCount > before ? 0 : failures + 1
                switch error {
                case .interrupted where failures <= patience.retries: try await Task.sleep(for: .milliseconds(200))
                // An empty file would only be litter.
                case .unreachable, .status:
                    if partial.byteCount == 0 { partial.remove() }
                    throw error
                default: throw error
                }
            }
        }
    }
}
