import ApusTensors
import Foundation
import TestSupport
import Testing

/// A training that is killed at any instant leaves a run that goes on and ends with the bits of one that was not.
@Suite struct KillTests {
    /// Kills in each test; `make test-reliability` asks for 200.
    private static let kills = ProcessInfo.processInfo.environment["APUS_KILLS"].flatMap { Int($0) } ?? 8

    /// System calls of the way that files are written, and of the run's directory.
    private static let calls = ["openat", "write", "fsync", "close", "rename", "unlink"]

    private struct Training {
        let directory: String
        let options: [String]
        let checkpoint: Data
        let configuration: Data
        let seconds: Double

        /// Trains without being killed, as what others are compared with.
        init(in directory: String) async throws {
            let data = try SmallCIFAR10.write(in: directory)
            self.directory = directory
            options = [
                "--data", data, "--limit", "16", "--batch-size", "4", "--epochs", "6", "--threads", "2",
            ]
            let start = ContinuousClock.now
            expectSuccess(try await CommandRun.apus(["train", "--output", "\(directory)/whole"] + options))
            seconds = start.duration(to: .now) / .seconds(1)
            checkpoint = try contents("\(directory)/whole/model.safetensors")
            configuration = try contents("\(directory)/whole/config.json")
        }

        /// The arguments that begin a run or go on with it.
        func arguments(_ run: String) -> [String] {
            let isThere = FileManager.default.fileExists(atPath: "\(run)/config.json")
            return isThere ? ["train", "--resume", run, "--threads", "1"] : ["train", "--output", run] + options
        }

        /// Goes on with a run to its end and compares it.
        func expectSameEnd(_ run: String, _ label: String) async throws {
            let rest = try await CommandRun.apus(arguments(run))
            expectSuccess(rest)
            expectSameBytes(try contents("\(run)/model.safetensors"), checkpoint, label)
            expectSameBytes(try contents("\(run)/config.json"), configuration, label)
            let names = try FileManager.default.contentsOfDirectory(atPath: run).sorted()
            #expect(
                names == ["best.safetensors", "config.json", "history.json", "model.safetensors", "report.html"],
                "\(label)")
        }
    }

    @Test func atRandomInstants() async throws {
        try await withTemporaryDirectory { directory in
            let training = try await Training(in: directory)
            let key = RandomKey(seed: UInt64.random(in: .min ... .max))
            for number in 0..<Self.kills {
                let run = "\(directory)/run\(number)"
                // Some are killed again after they went on.
                for round in 0...number % 3 {
                    let command = try RunningCommand(apus: training.arguments(run))
                    let wait = key.folding(number).uniform(UInt64(round)) * training.seconds
                    try await Task.sleep(for: .seconds(wait))
                    command.send(SIGKILL)
                    _ = try await command.finish()
                }
                try await training.expectSameEnd(run, "\(key), kill \(number)")
                try FileManager.default.removeItem(atPath: run)
            }
        }
    }

    /// The kernel kills the program as it enters the n-th system call of a kind.
    @Test(.enabled(if: Strace.isThere, "strace is not installed, or may not trace"))
    func withinWrites() async throws {
        try await withTemporaryDirectory { directory in
            let training = try await Training(in: directory)
            let counts = try await Strace.counts(
                Self.calls, apus: ["train", "--output", "\(directory)/counted"] + training.options)
            let key = RandomKey(seed: UInt64.random(in: .min ... .max))
            var killed = 0
            for number in 0..<Self.kills {
                let run = "\(directory)/run\(number)"
                let call = Self.calls[number % Self.calls.count]
                let nth = key.integer(number, below: max(counts[call] ?? 1, 1)) + 1
                if try await Strace.run(apus: training.arguments(run), killedAt: call, nth) { killed += 1 }
                try await training.expectSameEnd(run, "\(call) \(nth)")
                if FileManager.default.fileExists(atPath: run) { try FileManager.default.removeItem(atPath: run) }
            }
            // Calls are counted over all threads, the n-th is that of one: some kills come never.
            #expect(2 * killed >= Self.kills, "\(killed) of \(Self.kills)")
        }
    }
}
