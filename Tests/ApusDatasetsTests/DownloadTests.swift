import ApusDatasets
import ApusParallel
import ApusTensors
import Foundation
import Testing

extension OneAtATime {
    @Suite struct DownloadTests {
        private let folder: TemporaryFolder
        private let content: [UInt8] = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 11) }

        init() throws { folder = try TemporaryFolder() }

        private func checksum(_ algorithm: Checksum.Algorithm = .sha256) throws -> Checksum {
            try folder.write(content, "original")
            defer { unlink(folder("original")) }
            return try Checksum.of(path: folder("original"), algorithm)
        }

        private func remote(_ server: LoopbackServer, byteCount: Int? = nil, checksum: Checksum? = nil) throws
            -> RemoteFile
        {
            RemoteFile(
                address: server.address, byteCount: byteCount ?? content.count,
                checksum: try checksum ?? self.checksum())
        }

        private func expectWhole() throws {
            #expect(try folder.contents() == ["file"])
            #expect(try bytes(of: folder("file")) == content)
        }

        @Test(arguments: Checksum.Algorithm.allCases)
        func downloadsAndReportsProgress(algorithm: Checksum.Algorithm) async throws {
            let seen = Locked<[DownloadProgress]>([])
            try await LoopbackServer.serving(content) { server in
                try await remote(server, checksum: checksum(algorithm)).download(to: folder("file")) { progress in
                    seen.withLock { $0.append(progress) }
                }
                #expect(server.ranges == [nil])
            }
            try expectWhole()
            let received = seen.withLock { $0.map(\.received) }
            #expect(received == received.sorted() && received.last == content.count)
            #expect(seen.withLock { $0.allSatisfy { $0.total == content.count } })
        }

        @Test func resumesFromAPartialFile() async throws {
            try folder.write(Array(content.prefix(30_000)), "file.partial")
            try await LoopbackServer.serving(content) { server in
                try await remote(server).download(to: folder("file"))
                #expect(server.ranges == ["bytes=30000-"])
            }
            try expectWhole()
        }

        @Test(arguments: [LoopbackServer.Manner.ignoresRanges, .refusesRanges])
        func startsFromZeroWithoutRanges(manner: LoopbackServer.Manner) async throws {
            try folder.write([UInt8](repeating: 7, count: 30_000), "file.partial")
            try await LoopbackServer.serving(content, manner) { server in
                try await remote(server).download(to: folder("file"))
                #expect(server.ranges.first == "bytes=30000-")
            }
            try expectWhole()
        }

        @Test func completePartialFileNeedsNoServer() async throws {
            try folder.write(content, "file.partial")
            let file = RemoteFile(address: "http://127.0.0.1:1/", byteCount: content.count, checksum: try checksum())
            try await file.download(to: folder("file"))
            try expectWhole()
            try await file.download(to: folder("file"))
            try expectWhole()
        }

        @Test func tooLongPartialFileIsForgotten() async throws {
            try folder.write(content + [0], "file.partial")
            try await LoopbackServer.serving(content) { server in
                try await remote(server).download(to: folder("file"))
                #expect(server.ranges == [nil])
            }
            try expectWhole()
        }

        @Test func goesOnAfterEveryCutAsLongAsBytesCome() async throws {
            try await LoopbackServer.serving(content, .cutsOff(after: 30_000)) { server in
                try await remote(server).download(to: folder("file"), patience: .init(retries: 1))
                #expect(server.ranges == [nil, "bytes=30000-", "bytes=60000-", "bytes=90000-"])
            }
            try expectWhole()
        }

        @Test func keepsWhatCameBeforeACut() async throws {
            try folder.write(Array(content.prefix(10)), "file.partial")
            try await LoopbackServer.serving(content, .cutsOff(after: 0)) { server in
                let file = try remote(server)
                let error = await #expect(throws: DownloadError.self) {
                    try await file.download(to: folder("file"), patience: .init(retries: 1))
                }
                guard case .interrupted(server.address, 10, content.count, _) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(server.ranges.count == 2)
            }
            #expect(try bytes(of: folder("file.partial")) == Array(content.prefix(10)))
            #expect(try folder.contents() == ["file.partial"])
        }

        @Test func stalledServerInterrupts() async throws {
            try folder.write(Array(content.prefix(20_000)), "file.partial")
            try await LoopbackServer.serving(content, .stalls(after: 0)) { server in
                let file = try remote(server)
                let patience = RemoteFile.Patience(stalling: .seconds(1), retries: 0)
                let error = await #expect(throws: DownloadError.self) {
                    try await file.download(to: folder("file"), patience: patience)
                }
                guard case .interrupted(server.address, 20_000, content.count, _) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }

        @Test func wrongChecksumRemovesTheFile() async throws {
            let wrong = try #require(Checksum("sha256:" + String(repeating: "0", count: 64)))
            try await LoopbackServer.serving(content) { server in
                let file = try remote(server, checksum: wrong)
                let expected = DownloadError.wrongChecksum(
                    address: server.address, found: try checksum(), expected: wrong)
                await #expect(throws: expected) { try await file.download(to: folder("file")) }
                #expect(!expected.isOffline)
            }
            #expect(try folder.contents() == [])
        }

        @Test(arguments: [99_999, 100_001])
        func wrongSizeIsSeenInTheAnswer(expected: Int) async throws {
            try await LoopbackServer.serving(content) { server in
                let file = try remote(server, byteCount: expected)
                await #expect(
                    throws: DownloadError.wrongSize(address: server.address, found: 100_000, expected: expected)
                ) {
                    try await file.download(to: folder("file"))
                }
            }
            #expect(try !folder.contents().contains("file"))
        }

        @Test func wrongSizeIsSeenWithoutALength() async throws {
            try await LoopbackServer.serving(content, .hidesSize) { server in
                try await remote(server).download(to: folder("file"))
                try expectWhole()
                let file = try remote(server, byteCount: 50_000)
                let error = await #expect(throws: DownloadError.self) { try await file.download(to: folder("short")) }
                guard case .wrongSize(_, let found, 50_000) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(found > 50_000)
            }
            #expect(try folder.contents() == ["file"])
        }

        @Test(arguments: [404, 403, 500])
        func statusIsReported(code: Int) async throws {
            try await LoopbackServer.serving(content, .status(code)) { server in
                let file = try remote(server)
                let expected = DownloadError.status(address: server.address, code: code)
                await #expect(throws: expected) { try await file.download(to: folder("file")) }
                #expect(!expected.isOffline)
            }
            #expect(try folder.contents() == [])
        }

        @Test(arguments: ["http://127.0.0.1:1/file", "http://host.invalid/file"])
        func refusedConnectionAndUnknownHostAreOffline(address: String) async throws {
            let file = RemoteFile(address: address, byteCount: content.count, checksum: try checksum())
            let error = await #expect(throws: DownloadError.self) { try await file.download(to: folder("file")) }
            #expect(error?.isOffline == true)
            #expect(try folder.contents() == [])
        }

        @Test func silentServerIsOffline() async throws {
            try await LoopbackServer.serving(content, .sleeps) { server in
                let file = try remote(server)
                let patience = RemoteFile.Patience(connecting: .milliseconds(300))
                let error = await #expect(throws: DownloadError.self) {
                    try await file.download(to: folder("file"), patience: patience)
                }
                #expect(error?.isOffline == true)
            }
        }

        @Test(arguments: ["", "nonsense", "ftp://127.0.0.1/file", "file:///etc/passwd", "http://"])
        func badAddressIsRefused(address: String) async throws {
            let file = RemoteFile(address: address, byteCount: 1, checksum: try checksum())
            await #expect(throws: DownloadError.badAddress(address)) { try await file.download(to: folder("file")) }
        }

        @Test func unwritableTargets() async throws {
            try await LoopbackServer.serving(content) { server in
                let file = try remote(server)
                let missing = await #expect(throws: FileError.self) { try await file.download(to: folder("no/file")) }
                #expect(missing?.description.contains("No such file or directory") == true)
                // Every write to /dev/full says that the disk is full.
                symlink("/dev/full", folder("full.partial"))
                let full = await #expect(throws: FileError.self) { try await file.download(to: folder("full")) }
                #expect(full == .unwritable(path: folder("full.partial"), reason: "No space left on device"))
            }
        }

        @Test func twoDownloadsOfOneFileDoNotMix() async throws {
            try await LoopbackServer.serving(content, .stalls(after: 1_000)) { server in
                let file = try remote(server)
                let (began, beginning) = AsyncStream<Void>.makeStream()
                let first = Task { try await file.download(to: folder("file")) { _ in beginning.yield() } }
                for await _ in began { break }
                let error = await #expect(throws: FileError.self) { try await file.download(to: folder("file")) }
                #expect(error?.description.contains("another process") == true)
                first.cancel()
                await #expect(throws: CancellationError.self) { try await first.value }
            }
            #expect(try bytes(of: folder("file.partial")) == Array(content.prefix(1_000)))
        }
    }
}
