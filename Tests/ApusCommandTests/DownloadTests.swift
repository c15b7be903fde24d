import Foundation
import TestSupport
import Testing

/// Without data, `apus train` fetches an archive; a damaged one ends the command and never becomes synthetic images.
@Suite struct DownloadTests {
    private func md5(_ data: Data, in directory: String) throws -> String {
        try write(data, to: "\(directory)/digest")
        let run = try ShellRun("md5sum digest", directory: directory)
        return "md5:" + run.output.prefix(32)
    }

    private func archive(in directory: String) throws -> Data {
        try SmallCIFAR10.write(in: directory)
        let run = try ShellRun("tar -czf archive.tar.gz cifar-10-batches-bin", directory: directory)
        #expect(run.status == 0, "\(run.errors)")
        return try contents("\(directory)/archive.tar.gz")
    }

    /// Trains in an empty directory with an archive of these bytes.
    private func train(
        _ bytes: Data, checksum: String, size: Int? = nil, status: Int = 200, in directory: String
    ) async throws -> CommandRun {
        let place = "\(directory)/place"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        return try await ArchiveServer.serving(bytes, status: status) { server in
            let run = try await CommandRun.apus(
                [
                    "train", "--epochs", "1", "--limit", "32", "--output", "run", "--data-url", server.address,
                    "--data-bytes", "\(size ?? bytes.count)", "--data-checksum", checksum,
                ], environment: ["http_proxy": nil, "no_proxy": "127.0.0.1"], directory: place)
            #expect(server.requests > 0)
            return run
        }
    }

    @Test func theArchiveIsFetchedOnce() async throws {
        try await withTemporaryDirectory { directory in
            let bytes = try archive(in: directory)
            let run = try await train(bytes, checksum: md5(bytes, in: directory), in: directory)
            expectSuccess(run)
            #expect(run.output.contains("32 training, 40 test images"))
            #expect(try names(in: "\(directory)/place/data") == ["cifar-10-batches-bin"])
            let again = try await CommandRun.apus(
                ["train", "--epochs", "1", "--limit", "32", "--data-url", "http://127.0.0.1:1/"],
                directory: "\(directory)/place")
            expectSuccess(again)
            #expect(again.output.contains("32 training, 40 test images") && !again.output.contains("Downloading"))
        }
    }

    private func expectRefusal(
        _ run: CommandRun, status: Int32, saying phrases: [String], in directory: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        ApusCommandTests.expectRefusal(run, status: status, saying: phrases, sourceLocation: sourceLocation)
        #expect(!run.errors.contains("synthetic"), sourceLocation: sourceLocation)
        let left = try names(in: "\(directory)/place")
        #expect(!left.contains("run"), sourceLocation: sourceLocation)
        #expect(
            !FileManager.default.fileExists(atPath: "\(directory)/place/data/cifar-10-batches-bin"),
            sourceLocation: sourceLocation)
    }

    @Test func wrongChecksum() async throws {
        try await withTemporaryDirectory { directory in
            let bytes = try archive(in: directory)
            var flipped = bytes
            flipped[bytes.count / 2] ^= 1
            let right = try md5(bytes, in: directory)
            let run = try await train(flipped, checksum: right, in: directory)
            try expectRefusal(
                run, status: 65, saying: [right, try md5(flipped, in: directory), "expected"], in: directory)
        }
    }

    @Test func wrongSize() async throws {
        try await withTemporaryDirectory { directory in
            let bytes = try archive(in: directory)
            let right = try md5(bytes, in: directory)
            let run = try await train(bytes, checksum: right, size: bytes.count + 1, in: directory)
            try expectRefusal(run, status: 65, saying: ["\(bytes.count)", "\(bytes.count + 1)"], in: directory)
        }
    }

    @Test func damagedArchive() async throws {
        try await withTemporaryDirectory { directory in
            let short = try archive(in: directory).prefix(200)
            let run = try await train(short, checksum: md5(short, in: directory), in: directory)
            try expectRefusal(run, status: 65, saying: ["damaged archive", "expected"], in: directory)
        }
    }

    @Test func aServerWithoutTheFile() async throws {
        try await withTemporaryDirectory { directory in
            let run = try await train(
                Data("gone".utf8), checksum: "md5:" + String(repeating: "0", count: 32), status: 404,
                in: directory)
            try expectRefusal(run, status: 66, saying: ["404", "127.0.0.1"], in: directory)
        }
    }
}
