import ApusTraining
import Foundation
import TestSupport
import Testing

@Suite struct StopAndResumeTests {
    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))])
    func aStoppedTrainingGoesOnToTheSameBits(signal: Int32, status: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let options = [
                "--data", data, "--epochs", "40", "--batch-size", "8", "--validation-fraction", "0.2", "--threads", "2",
            ]
            let whole = try await CommandRun.apus(["train", "--output", "\(directory)/whole"] + options)
            expectSuccess(whole)

            let stopped = try RunningCommand(apus: ["train", "--output", "\(directory)/parts"] + options)
            #expect(try await stopped.says("epoch  2/40"))
            stopped.send(signal)
            let end = try await stopped.finish()
            #expect(end.ending == .exited(status), "\(end.errors)")
            #expect(end.errors.contains("go on with: apus train --resume \(directory)/parts"))
            #expect(try Run("\(directory)/parts").history().count < 40)

            let rest = try await CommandRun.apus([
                "train", "--resume", "\(directory)/parts", "--threads", "1", "--json", "\(directory)/rest.json",
            ])
            expectSuccess(rest)
            expectSameBytes(
                try contents("\(directory)/parts/model.safetensors"),
                try contents("\(directory)/whole/model.safetensors"))
            expectSameBytes(
                try contents("\(directory)/parts/config.json"), try contents("\(directory)/whole/config.json"))
            let (parts, reference) = (try Run("\(directory)/parts").history(), try Run("\(directory)/whole").history())
            #expect(parts.map(\.train) == reference.map(\.train))
            #expect(parts.map(\.validation) == reference.map(\.validation))
            #expect(parts.map(\.test) == reference.map(\.test))
            #expect(parts.allSatisfy { $0.seconds > 0 && $0.imagesPerSecond > 0 })
            #expect((try object(contents("\(directory)/rest.json"))["epochs"] as? [Any])?.count == 40)
        }
    }

    @Test func aRunIsTrainedByOneProcess() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let first = try RunningCommand(apus: [
                "train", "--data", data, "--epochs", "100000", "--output", "\(directory)/run",
            ])
            #expect(try await first.says("1/100000"))
            let second = try await CommandRun.apus(["train", "--resume", "\(directory)/run"])
            expectRefusal(second, status: 73, saying: ["another process"])
            first.send(SIGTERM)
            #expect(try await first.finish().ending == .exited(143))
            expectSuccess(
                try await CommandRun.apus(["evaluate", "--run", "\(directory)/run", "--data", data]))
        }
    }

    @Test func epochsCanBeRaised() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            for (name, epochs) in [("whole", "3"), ("parts", "2")] {
                let run = try await CommandRun.apus([
                    "train", "--data", data, "--epochs", epochs, "--limit", "50", "--output", "\(directory)/\(name)",
                ])
                expectSuccess(run)
            }
            let done = try await CommandRun.apus(["train", "--resume", "\(directory)/parts"])
            expectSuccess(done)
            #expect(done.output.contains("All 2 epochs are done"))
            let more = try await CommandRun.apus(["train", "--resume", "\(directory)/parts", "--epochs", "3"])
            expectSuccess(more)
            expectSameBytes(
                try contents("\(directory)/parts/model.safetensors"),
                try contents("\(directory)/whole/model.safetensors"))
        }
    }

    @Test func optionsThatContradictTheRunAreRefused() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let path = "\(directory)/run"
            expectSuccess(
                try await CommandRun.apus(["train", "--data", data, "--epochs", "2", "--limit", "40", "--output", path])
            )
            let saved = try contents("\(path)/model.safetensors")
            for (option, value, own) in [
                ("batch-size", "64", "32"), ("seed", "9", "1"), ("optimizer", "sgd", "adam"), ("limit", "30", "40"),
                ("learning-rate", "0.5", "0.001"), ("image-size", "64", "32"), ("validation-fraction", "0.5", "0.0"),
                ("algorithm", "naive", "auto"), ("precision", "bf16", "fp32"), ("data", "synthetic", data),
                ("epochs", "1", "2"),
            ] {
                let run = try await CommandRun.apus(["train", "--resume", path, "--\(option)", value])
                expectRefusal(run, status: 64, saying: ["--\(option)", value, own, path])
            }
            expectSameBytes(try contents("\(path)/model.safetensors"), saved)
        }
    }

    @Test func aSecondInterruptEndsAtOnce() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let command = try RunningCommand(apus: [
                "train", "--data", data, "--epochs", "100000", "--image-size", "224", "--algorithm", "naive",
                "--batch-size",
                "100", "--output", "\(directory)/run",
            ])
            #expect(try await command.says("machine"))
            // One step at this size takes many seconds.
            try await Task.sleep(for: .milliseconds(300))
            command.send(SIGINT)
            try await Task.sleep(for: .milliseconds(100))
            command.send(SIGINT)
            let end = try await command.finish(within: .seconds(20))
            #expect(end.ending == .exited(130))
        }
    }
}
