import Foundation
import TestSupport
import Testing

/// Where a disk is full a training ends in a sentence, and the checkpoint that was there goes on.
@Suite struct FullDiskTests {
    private let options = ["--limit", "16", "--batch-size", "4", "--threads", "1"]

    private func train(_ arguments: [String], _ data: String) async throws -> CommandRun {
        try await CommandRun.apus(["train"] + arguments + ["--data", data])
    }

    /// A file may not grow over half a megabyte; a checkpoint has four.
    @Test func limitedFiles() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let (whole, run) = ("\(directory)/whole", "\(directory)/run")
            expectSuccess(try await train(["--output", whole, "--epochs", "3"] + options, data))
            expectSuccess(try await train(["--output", run, "--epochs", "1"] + options, data))
            let before = try contents("\(run)/model.safetensors")
            let full = try ShellRun(
                "trap '' XFSZ; ulimit -f 1000; exec \"$APUS\" train --resume '\(run)' --epochs 3", directory: directory)
            #expect(full.status == 73, "\(full.errors)")
            #expect(full.errors.contains("\(run)/model.safetensors: cannot write"), "\(full.errors)")
            expectSameBytes(try contents("\(run)/model.safetensors"), before)
            try expectSameEnd(await train(["--resume", run, "--epochs", "3"], data), run, whole)
        }
    }

    /// A file system of six megabytes holds one checkpoint, and not the one that is written beside.
    @Test(.enabled(if: SmallFileSystem.canMount, "this process may not mount a tmpfs")) func smallFileSystem()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let whole = "\(directory)/whole"
            expectSuccess(try await train(["--output", whole, "--epochs", "3"] + options, data))
            let disk = try SmallFileSystem("\(directory)/disk", size: "6m")
            defer { disk.unmount() }
            let run = "\(disk.path)/run"
            let full = try await train(["--output", run, "--epochs", "3"] + options, data)
            expectRefusal(
                full, status: 73, saying: ["\(run)/", "safetensors: cannot write", "No space left on device"])
            let again = try await train(["--resume", run], data)
            expectRefusal(again, status: 73, saying: ["safetensors: cannot write", "No space left on device"])
            try disk.resize("24m")
            try expectSameEnd(await train(["--resume", run], data), run, whole)
        }
    }

    /// One of two megabytes does not even hold the start, of which nothing is left.
    @Test(.enabled(if: SmallFileSystem.canMount, "this process may not mount a tmpfs")) func noRoomForAStart()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let disk = try SmallFileSystem("\(directory)/disk", size: "2m")
            defer { disk.unmount() }
            let full = try await train(["--output", "\(disk.path)/run", "--epochs", "3"] + options, data)
            expectRefusal(full, status: 73, saying: ["run/model.safetensors: cannot write", "No space left on device"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path).isEmpty)
        }
    }

    private func expectSameEnd(_ rest: CommandRun, _ run: String, _ whole: String) throws {
        expectSuccess(rest)
        expectSameBytes(try contents("\(run)/model.safetensors"), try contents("\(whole)/model.safetensors"))
        let names = try FileManager.default.contentsOfDirectory(atPath: run).sorted()
        #expect(names == ["best.safetensors", "config.json", "history.json", "model.safetensors", "report.html"])
    }
}

/// A tmpfs of a few megabytes.
private struct SmallFileSystem {
    let path: String

    /// Mounts one at a new directory.
    init(_ path: String, size: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let status = try Self.shell("mount -t tmpfs -o size=\(size) tmpfs '\(path)'")
        try #require(status == 0)
    }

    func resize(_ size: String) throws { try #require(try Self.shell("mount -o remount,size=\(size) '\(path)'") == 0) }

    func unmount() { _ = try? Self.shell("umount -l '\(path)'") }

    static var canMount: Bool {
        let status = try? withTemporaryDirectory { try shell("mount -t tmpfs tmpfs '\($0)' && umount '\($0)'") }
        return status == 0
    }

    private static func shell(_ script: String) throws -> Int32 {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = ["-c", "\(script) 2>/dev/null"]
        try shell.run()
        shell.waitUntilExit()
        return shell.terminationStatus
    }
}
