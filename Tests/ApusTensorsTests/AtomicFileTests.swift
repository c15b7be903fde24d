import ApusParallel
import ApusTensors
import Foundation
import Synchronization
import Testing

struct AtomicFileTests {
    @Test func createsAndReplaces() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/file"
            try AtomicFile.write("first", to: path)
            #expect(try contents(path) == "first")
            try AtomicFile.write([UInt8]("second".utf8).span.bytes, to: path)
            #expect(try contents(path) == "second")
            let large = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            try AtomicFile.write(large, to: path)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == large)
            try AtomicFile.write("", to: path)
            #expect(try contents(path) == "")
            #expect(try names(in: directory) == ["file"])
        }
    }

    @Test(arguments: [
        ("/a/b", "/a"), ("/a", "/"), ("/", "/"), ("a/b", "a"), ("a//b", "a"), ("a/b/", "a"), ("name", "."), ("a", "."),
        (".", "."), ("./a", "."), ("", "."),
    ])
    func whereAFileLies(path: String, directory: String) { #expect(parentDirectory(of: path) == directory) }

    @Test func syncsBeforeItRenames() throws {
        try withScratchDirectory { directory in
            let log = CallLog()
            try AtomicFile.write(to: "\(directory)/file", calls: log.logging(.system)) { output throws(FileError) in
                try output.appendText("contents")
            }
            let expected = ["open", "write", "sync", "close", "rename", "open", "sync", "close"]
            #expect(log.calls == expected)
        }
    }

    /// Every failing system call leaves the old file as it was and nothing beside it.
    @Test(arguments: [
        ("open", EACCES, "Permission denied"), ("open", ENOSPC, "No space left on device"),
        ("write", ENOSPC, "No space left on device"), ("write", EIO, "Input/output error"),
        ("sync", ENOSPC, "No space left on device"), ("sync", EIO, "Input/output error"),
        ("close", ENOSPC, "No space left on device"), ("close", EDQUOT, "Disk quota exceeded"),
        ("rename", EACCES, "Permission denied"),
    ])
    func failureKeepsTheOldFile(call: String, code: Int32, words: String) throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/file"
            try AtomicFile.write("old", to: path)
            #expect(throws: FileError.unwritable(path: path, reason: words)) {
                try AtomicFile.write(to: path, calls: .failing(call, code)) { output throws(FileError) in
                    try output.appendText("new")
                }
            }
            #expect(try contents(path) == "old")
            #expect(try names(in: directory) == ["file"])
        }
    }

    @Test func failingContentsKeepTheOldFile() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/file"
            try AtomicFile.write("old", to: path)
            let failure = FileError.missing(path: "elsewhere", expected: "contents")
            #expect(throws: failure) {
                try AtomicFile.write(to: path) { output throws(FileError) in
                    try output.appendText("half of it")
                    throw failure
                }
            }
            #expect(try contents(path) == "old")
            #expect(try names(in: directory) == ["file"])
        }
    }

    @Test func aDirectoryThatCannotBeSyncedIsReported() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/file"
            #expect(throws: FileError.unwritable(path: path, reason: "Input/output error")) {
                try AtomicFile.write(to: path, calls: .failing("sync", EIO, after: 1)) { output throws(FileError) in
                    try output.appendText("new")
                }
            }
            #expect(try contents(path) == "new")
            // Some file systems have no notion of syncing a directory.
            try AtomicFile.write(to: path, calls: .failing("sync", EINVAL, after: 1)) { output throws(FileError) in
                try output.appendText("newer")
            }
            #expect(try contents(path) == "newer")
        }
    }

    @Test func shortAndInterruptedWritesGoOn() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/file"
            let count = Locked(0)
            var calls = FileSystemCalls.system
            calls.write = { descriptor, bytes in
                let isInterrupted = count.withLock { count in
                    count += 1
                    return count.isMultiple(of: 2)
                }
                if isInterrupted {
                    errno = EINTR
                    return -1
                }
                return write(descriptor, bytes.baseAddress, 1)
            }
            try AtomicFile.write(to: path, calls: calls) { output throws(FileError) in
                try output.appendText("byte by byte")
            }
            #expect(try contents(path) == "byte by byte")
        }
    }

    @Test func pathsThatCannotBeWritten() throws {
        try withScratchDirectory { directory in
            func expectUnwritable(_ path: String, _ reason: String) {
                #expect(throws: FileError.unwritable(path: path, reason: reason)) {
                    try AtomicFile.write("text", to: path)
                }
            }
            expectUnwritable(directory, "it is a directory")
            expectUnwritable("\(directory)/no/file", "there is no directory \(directory)/no")
            expectUnwritable("\(directory)/new/", "it names no file")
            expectUnwritable("", "it names no file")
            try AtomicFile.write("text", to: "\(directory)/file")
            expectUnwritable("\(directory)/file/below", "there is no directory \(directory)/file")
            expectUnwritable("/dev/full", "No space left on device")
            #expect(try names(in: directory) == ["file"])
        }
    }

    @Test func directoryWithoutPermission() async throws {
        try await withScratchDirectory { directory in
            try AtomicFile.write("old", to: "\(directory)/file")
            chmod("\(directory)/file", 0o444)
            chmod(directory, 0o555)
            let result = await #expect(
                processExitsWith: .success, observing: [\.standardErrorContent]
            ) { [directory = directory as String] in
                // The superuser may write anywhere: become nobody.
                if geteuid() == 0 { #expect(setuid(65_534) == 0) }
                for name in ["file", "other"] {
                    #expect(throws: FileError.unwritable(path: "\(directory)/\(name)", reason: "Permission denied")) {
                        try AtomicFile.write("new", to: "\(directory)/\(name)")
                    }
                }
            }
            chmod(directory, 0o755)
            #expect(result != nil)
            #expect(try contents("\(directory)/file") == "old")
        }
    }

    @Test func followsLinksAndKeepsPermissions() throws {
        try withScratchDirectory { directory in
            let (file, link) = ("\(directory)/file", "\(directory)/link")
            try AtomicFile.write("old", to: file)
            chmod(file, 0o640)
            #expect(symlink("file", link) == 0)
            try AtomicFile.write("new", to: link)
            #expect(try contents(file) == "new")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
            var status = stat()
            #expect(stat(file, &status) == 0)
            #expect(status.st_mode & 0o7777 == 0o640)
        }
    }

    @Test func streamsAreWrittenDirectly() throws {
        try AtomicFile.write("text", to: "/dev/null")
        var status = stat()
        #expect(stat("/dev/null", &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFCHR)
        try withScratchDirectory { directory in
            let path = "\(directory)/pipe"
            #expect(mkfifo(path, 0o600) == 0)
            let reader = open(path, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            try AtomicFile.write("through a pipe", to: path)
            var buffer = [UInt8](repeating: 0, count: 64)
            let count = read(reader, &buffer, buffer.count)
            #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "through a pipe")
            #expect(try names(in: directory) == ["pipe"])
        }
    }

    @Test func aReaderNeverSeesAPart() throws {
        try withScratchDirectory { directory in
            let path = "\(directory)/file"
            let versions = ["a", "b"].map { String(repeating: $0, count: 50_000) }
            try AtomicFile.write(versions[0], to: path)
            let writer = Thread {
                for round in 1...60 { try? AtomicFile.write(versions[round % 2], to: path) }
                try? AtomicFile.write("done", to: path)
            }
            writer.start()
            var seen = try contents(path)
            while seen != "done" {
                #expect(versions.contains(seen))
                seen = try contents(path)
            }
        }
    }

    private func contents(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func names(in directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    }
}

extension AtomicFile.Output {
    fileprivate mutating func appendText(_ text: String) throws(FileError) {
        try [UInt8](text.utf8).withUnsafeBufferPointer { bytes throws(FileError) in
            try append(UnsafeRawBufferPointer(bytes))
        }
    }
}

extension FileSystemCalls {
    /// The system's calls, of which one fails with an error number once `after` calls of its kind have worked.
    fileprivate static func failing(_ name: String, _ code: Int32, after successes: Int = 0) -> FileSystemCalls {
        let counter = Counter(successes)
        var calls = FileSystemCalls.system
        switch name {
        case "open": calls.open = { counter.takes() ? FileSystemCalls.system.open($0, $1, $2) : failure(code) }
        case "write": calls.write = { counter.takes() ? FileSystemCalls.system.write($0, $1) : Int(failure(code)) }
        case "sync": calls.sync = { counter.takes() ? FileSystemCalls.system.sync($0) : failure(code) }
        case "close":
            calls.close = { descriptor in
                // Linux releases the descriptor even where closing fails.
                let status = FileSystemCalls.system.close(descriptor)
                return counter.takes() ? status : failure(code)
            }
        default: calls.rename = { counter.takes() ? FileSystemCalls.system.rename($0, $1) : failure(code) }
        }
        return calls
    }

    private static func failure(_ code: Int32) -> Int32 {
        errno = code
        return -1
    }
}

/// Counts down, from any thread.
private final class Counter: Sendable {
    private let left: Atomic<Int>
    init(_ count: Int) { left = Atomic(count) }
    func takes() -> Bool { left.subtract(1, ordering: .relaxed).oldValue > 0 }
}

private final class CallLog: Sendable {
    private let log = Locked<[String]>([])
    var calls: [String] { log.withLock { $0 } }

    func logging(_ calls: FileSystemCalls) -> FileSystemCalls {
        var logged = calls
        logged.open = { [self] in note("open", calls.open($0, $1, $2)) }
        logged.write = { [self] in note("write", calls.write($0, $1)) }
        logged.sync = { [self] in note("sync", calls.sync($0)) }
        logged.close = { [self] in note("close", calls.close($0)) }
        logged.rename = { [self] in note("rename", calls.rename($0, $1)) }
        return logged
    }

    private func note<Status>(_ call: String, _ status: Status) -> Status {
        log.withLock { $0.append(call) }
        return status
    }
}

/// Runs `body` with a new directory, which is removed with all it holds afterwards.
func withScratchDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try body(directory.path)
}

/// Runs `body` with a new directory, which is removed with all it holds afterwards.
func withScratchDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory.path)
}
