import ApusDatasets
import ApusTensors
import Foundation
import Testing

extension OneAtATime {
    @Suite struct CIFAR10DownloadTests {
        private let folder: TemporaryFolder
        private let destination: String

        init() throws {
            folder = try TemporaryFolder()
            destination = folder("data/cifar-10-batches-bin")
        }

        /// The bytes of a .tar.gz with a small CIFAR-10 in a directory of the given name.
        private func archive(of name: String = CIFAR10.directoryName, change: (String) throws -> Void = { _ in }) throws
            -> [UInt8]
        {
            let source = try TemporaryFolder()
            try CIFAR10Files.write(to: source(name))
            try change(source(name))
            let tar = Process()
            tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            tar.arguments = [
                "tar", "--create", "--gzip", "--file", source("archive"), "--directory", source.path, name,
            ]
            try tar.run()
            tar.waitUntilExit()
            try #require(tar.terminationStatus == 0)
            return try bytes(of: source("archive"))
        }

        private func download(_ archive: [UInt8], from server: LoopbackServer) async throws {
            try folder.write(archive, "original")
            let checksum = try Checksum.of(path: folder("original"), .md5)
            unlink(folder("original"))
            try await CIFAR10.download(
                RemoteFile(address: server.address, byteCount: archive.count, checksum: checksum), to: destination)
        }

        private func inDataFolder() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder("data")).sorted()
        }

        @Test func downloadedDirectoryLoads() async throws {
            let archive = try archive()
            try await LoopbackServer.serving(archive) { try await download(archive, from: $0) }
            #expect(try CIFAR10.load(directory: destination).train.count == 5 * CIFAR10Files.trainRecords)
            #expect(try inDataFolder() == [CIFAR10.directoryName])
        }

        @Test func emptyDestinationIsFilled() async throws {
            try FileManager.default.createDirectory(atPath: destination, withIntermediateDirectories: true)
            let archive = try archive()
            try await LoopbackServer.serving(archive) { try await download(archive, from: $0) }
            #expect(try CIFAR10.load(directory: destination).test.count == CIFAR10Files.testRecords)
        }

        @Test func usedDestinationIsLeftAlone() async throws {
            try CIFAR10Files.write(to: destination, classNames: "mine")
            let archive = try archive()
            try await LoopbackServer.serving(archive) { server in
                let error = await #expect(throws: FileError.self) { try await download(archive, from: server) }
                #expect(error == .unwritable(path: destination, reason: "something is there already"))
                #expect(server.ranges.isEmpty)
            }
            #expect(try bytes(of: "\(destination)/batches.meta.txt") == Array("mine".utf8))
        }

        @Test(arguments: [0.0, 0.3, 0.9])
        func truncatedArchive(kept: Double) async throws {
            let whole = try archive()
            let archive = Array(whole.prefix(max(1, Int(Double(whole.count) * kept))))
            try await LoopbackServer.serving(archive) { server in
                let error = await #expect(throws: FileError.self) { try await download(archive, from: server) }
                #expect(error?.description.contains("a damaged archive") == true)
            }
            #expect(try inDataFolder() == ["cifar-10-batches-bin.tar.gz"])
        }

        @Test(arguments: [0.1, 0.5, 0.9])
        func flippedBit(place: Double) async throws {
            var archive = try archive()
            archive[Int(Double(archive.count) * place)] ^= 4
            try await LoopbackServer.serving(archive) { server in
                let error = await #expect(throws: FileError.self) { try await download(archive, from: server) }
                #expect(error?.description.contains("a damaged archive") == true)
            }
            #expect(try !inDataFolder().contains(CIFAR10.directoryName))
        }

        @Test func archiveOfSomethingElse() async throws {
            let archive = try archive(of: "something-else")
            try await LoopbackServer.serving(archive) { server in
                let error = await #expect(throws: DownloadError.self) { try await download(archive, from: server) }
                #expect(error?.description.contains("does not hold a directory cifar-10-batches-bin") == true)
            }
            #expect(try inDataFolder() == ["cifar-10-batches-bin.tar.gz"])
        }

        @Test func archiveWithoutABatch() async throws {
            let archive = try archive { try FileManager.default.removeItem(atPath: "\($0)/data_batch_4.bin") }
            try await LoopbackServer.serving(archive) { server in
                let error = await #expect(throws: FileError.self) { try await download(archive, from: server) }
                #expect(error?.description.contains("data_batch_4.bin: not found") == true)
            }
            #expect(try !inDataFolder().contains(CIFAR10.directoryName))
        }

        @Test func directoryThatCannotBeMade() async throws {
            try folder.write([], "data")
            let archive = try archive()
            try await LoopbackServer.serving(archive) { server in
                let error = await #expect(throws: FileError.self) { try await download(archive, from: server) }
                guard case .unwritable(folder("data"), _) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }
}
