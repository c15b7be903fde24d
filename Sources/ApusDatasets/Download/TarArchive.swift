import ApusTensors
import Foundation

/// A gzip-compressed tar archive, unpacked by the `tar` program.
package enum TarArchive {
    /// Unpacks an archive and moves one directory of it into place.
    ///
    /// All goes to a temporary directory beside the destination first; the destination appears whole or not at all.
    ///
    /// - Parameters:
    ///   - archive: Path of the archive.
    ///   - folder: The directory of the archive that is wanted.
    ///   - destination: Where that directory goes; nothing or an empty directory may be there.
    ///   - check: Looks at the unpacked directory before it is moved.
    /// - Throws: ``FileError`` for an archive that is cut short or damaged, and for a destination that cannot be
    ///   written; ``DownloadError/wrongContents(archive:expected:)``; `CancellationError`.
    package static func unpack(
        _ archive: String, folder: String, to destination: String, check: (String) throws -> Void = { _ in }
    ) async throws {
        let temporary = try makeTemporaryDirectory(beside: destination)
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        try await extract(archive, into: temporary, destination: destination)
        let unpacked = "\(temporary)/\(folder)"
        guard isDirectory(unpacked) else {
            throw DownloadError.wrongContents(archive: archive, expected: "a directory \(folder)")
        }
        try check(unpacked)
        try syncFiles(of: unpacked)
        guard rename(unpacked, destination) == 0 else {
            throw FileError.unwritable(path: destination, reason: String(cString: strerror(errno)))
        }
    }

    private static func makeTemporaryDirectory(beside destination: String) throws(FileError) -> String {
        var template = Array("\(destination).unpacking-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw .unwritable(path: destination, reason: String(cString: strerror(errno)))
        }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func extract(_ archive: String, into directory: String, destination: String) async throws {
        let result = try await ChildProcess.run(
            "tar", ["--extract", "--gzip", "--no-same-owner", "--file", archive, "--directory", directory])
        if result.status == 0 { return }
        if result.errors.contains("No space left on device") || result.errors.contains("Disk quota exceeded") {
            throw FileError.unwritable(path: destination, reason: "no space left to unpack \(archive)")
        }
        let complaint = result.errors.split(separator: "\n").first.map(String.init) ?? "tar failed"
        throw FileError.malformed(path: archive, found: "a damaged archive (\(complaint))", expected: "a whole .tar.gz")
    }

    private static func syncFiles(of directory: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory) {
            let path = "\(directory)/\(name)"
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            defer { close(descriptor) }
            guard descriptor >= 0, fsync(descriptor) == 0 else {
                throw FileError.unwritable(path: path, reason: String(cString: strerror(errno)))
            }
        }
    }
}
