import ApusTensors
import Foundation

extension CIFAR10 {
    /// The archive that Alex Krizhevsky publishes.
    public static let officialArchive = RemoteFile(
        address: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz", byteCount: 170_052_171,
        checksum: Checksum(md5: "c32a1d4ab5d03f1284b67883e8d87530"))

    /// The directory in the archive, and the usual name of its copy.
    public static let directoryName = "cifar-10-batches-bin"

    /// Downloads an archive, verifies and unpacks it.
    ///
    /// The archive collects beside the destination as `<destination>.tar.gz.partial`, so that an interrupted download
    /// goes on where it broke, and is removed once it is unpacked. The directory appears whole or not at all.
    ///
    /// - Parameters:
    ///   - archive: A gzip-compressed tar archive that holds `cifar-10-batches-bin`; the official one by default.
    ///   - directory: Where the batch files shall lie, as `data/cifar-10-batches-bin`; directories above it are made.
    ///   - patience: Limits of time and retries.
    ///   - progress: Called from another thread after every piece.
    /// - Throws: ``DownloadError``, of which only ``DownloadError/unreachable(address:reason:)`` means that this
    ///   machine is offline; ``FileError`` for files and directories that cannot be written and for an archive or batch
    ///   file that is damaged; `CancellationError`.
    public static func download(
        _ archive: RemoteFile = officialArchive, to directory: String, patience: RemoteFile.Patience = .init(),
        progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
    ) async throws {
        if fileExists(directory), (try? FileManager.default.contentsOfDirectory(atPath: directory))?.isEmpty != true {
            throw FileError.unwritable(path: directory, reason: "something is there already")
        }
        try makeDirectory(parentDirectory(of: directory))
        let path = "\(directory).tar.gz"
        try await archive.download(to: path, patience: patience, progress: progress)
        try await TarArchive.unpack(path, folder: directoryName, to: directory) { unpacked in
            for name in trainFiles + [testFile] {
                _ = try CIFARBatch(path: "\(unpacked)/\(name)", record: record, name: "CIFAR-10")
            }
        }
        unlink(path)
    }

    private static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
