import Foundation
import TestSupport
import Testing

/// Files that are not what they should be: a sentence that names the file, what was found and what was expected.
@Suite struct BadFileTests {
    // MARK: Images to learn

    @Test func missingDirectory() async throws {
        try await withTemporaryDirectory { directory in
            let run = try await CommandRun.apus(["train", "--data", "nowhere"], directory: directory)
            expectRefusal(run, status: 66, saying: ["nowhere", "not found", "data_batch_1.bin"])
            // Nothing is left of the run that did not begin.
            #expect(try names(in: "\(directory)/runs").isEmpty)
        }
    }

    @Test func missingBatchFile() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            try FileManager.default.removeItem(atPath: "\(data)/data_batch_4.bin")
            let run = try await CommandRun.apus(["train", "--data", data], directory: directory)
            expectRefusal(run, status: 66, saying: ["\(data)/data_batch_4.bin", "not found", "3073"])
        }
    }

    @Test func oddSize() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let path = "\(data)/data_batch_2.bin"
            try write(contents(path).dropLast(), to: path)
            let run = try await CommandRun.apus(["train", "--data", data], directory: directory)
            expectRefusal(run, status: 65, saying: [path, "\(SmallCIFAR10.recordBytes * 20 - 1) bytes", "3073"])
        }
    }

    @Test func labelOverNine() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let path = "\(data)/test_batch.bin"
            var bytes = try contents(path)
            bytes[3 * SmallCIFAR10.recordBytes] = 10
            try write(bytes, to: path)
            let run = try await CommandRun.apus(["train", "--data", data], directory: directory)
            expectRefusal(run, status: 65, saying: [path, "label 10", "record 3", "0 to 9"])
        }
    }

    // MARK: Places to write

    @Test func unwritableOutput() async throws {
        try await withTemporaryDirectory { directory in
            try write(Data("mine".utf8), to: "\(directory)/file")
            let run = try await CommandRun.apus(
                ["train", "--data", "synthetic", "--output", "file/run"], directory: directory)
            expectRefusal(run, status: 73, saying: ["file/run", "cannot write"])
            #expect(run.output.isEmpty)
            #expect(try contents("\(directory)/file") == Data("mine".utf8))
        }
    }

    @Test(arguments: ["absent/results.json", ".", "file/results.json"])
    func unwritableResults(path: String) async throws {
        try await withTemporaryDirectory { directory in
            try write(Data("mine".utf8), to: "\(directory)/file")
            let run = try await CommandRun.apus(
                ["train", "--data", "synthetic", "--json", path], directory: directory)
            expectRefusal(run, status: 73, saying: [path, "cannot write"])
            #expect(try names(in: directory) == ["file"])
        }
    }

    @Test func anotherRunIsNotOverwritten() async throws {
        try await withSmallRun { run, data in
            let before = try contents("\(run)/model.safetensors")
            let again = try await CommandRun.apus(["train", "--data", data, "--output", run])
            expectRefusal(again, status: 73, saying: [run, "a run is there already", "--resume"])
            expectSameBytes(try contents("\(run)/model.safetensors"), before)
        }
    }

    @Test func aFullDiskBehindStandardOutput() throws {
        try withTemporaryDirectory { directory in
            let run = try ShellRun("\"$APUS\" doctor --json > /dev/full", directory: directory)
            #expect(run.status == 73)
            #expect(run.errors.contains("standard output: cannot write"))
        }
    }

    // MARK: Runs

    @Test(arguments: ["train", "evaluate", "predict"]) func missingRun(command: String) async throws {
        let arguments =
            switch command {
            case "train": ["train", "--resume", "nowhere"]
            case "evaluate": ["evaluate", "--run", "nowhere"]
            default: ["predict", "--run", "nowhere", "image.png"]
            }
        expectRefusal(
            try await CommandRun.apus(arguments), status: 66, saying: ["nowhere/config.json", "not found", "run"])
    }

    /// Damages one file of a run and expects every command that reads it to refuse.
    private func expectRefusals(
        _ file: String, saying phrases: [String], damage: (Data) throws -> Data
    ) async throws {
        try await withSmallRun { run, data in
            let path = "\(run)/\(file)"
            let damaged = try damage(contents(path))
            try write(damaged, to: path)
            for arguments in [["train", "--resume", run, "--epochs", "3"], ["evaluate", "--run", run]] {
                expectRefusal(try await CommandRun.apus(arguments), status: 65, saying: [path] + phrases)
            }
            expectSameBytes(try contents(path), damaged)
        }
    }

    @Test func checkpointCutShort() async throws {
        try await expectRefusals("model.safetensors", saying: ["expected"]) { $0.prefix($0.count / 2) }
        try await expectRefusals("model.safetensors", saying: ["expected"]) { $0.prefix(5) }
        try await expectRefusals("model.safetensors", saying: ["expected"]) { _ in Data() }
    }

    @Test func headerThatClaimsMoreThanTheFileHolds() async throws {
        try await expectRefusals("model.safetensors", saying: ["expected"]) { data in
            var data = data
            data.replaceSubrange(0..<8, with: withUnsafeBytes(of: UInt64(1 << 40).littleEndian) { Data($0) })
            return data
        }
    }

    @Test func checkpointOfAnotherModel() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            for (name, size) in [("small", "18"), ("large", "40")] {
                expectSuccess(
                    try await CommandRun.apus([
                        "train", "--data", data, "--epochs", "1", "--limit", "8", "--image-size", size, "--output",
                        "\(directory)/\(name)",
                    ]))
            }
            let path = "\(directory)/small/model.safetensors"
            try write(contents("\(directory)/large/model.safetensors"), to: path)
            let run = try await CommandRun.apus(["evaluate", "--run", "\(directory)/small"])
            expectRefusal(run, status: 65, saying: [path, "dense1.kernel", "[4608, 128]", "[128, 128]"])
        }
    }

    @Test(arguments: ["{", "{}", "[1]", "\"\""]) func configurationThatIsNone(text: String) async throws {
        try await expectRefusals("config.json", saying: ["expected the configuration of a run"]) { _ in Data(text.utf8)
        }
    }

    @Test func dataOfOtherClasses() async throws {
        try await withSmallRun { run, _ in
            let other = try await CommandRun.apus(["evaluate", "--run", run, "--data", "synthetic"])
            expectRefusal(other, status: 65, saying: ["classes", "airplane", "disc"])
        }
    }

    // MARK: Training that fails

    @Test func aDivergingLossLeavesNothingHalfDone() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let run = try await CommandRun.apus(
                [
                    "train", "--data", data, "--optimizer", "sgd", "--learning-rate", "1e20", "--output", "run",
                    "--json",
                    "results.json",
                ], directory: directory)
            expectRefusal(run, status: 65, saying: ["loss became", "epoch 1", "smaller learning rate"])
            #expect(try names(in: directory) == ["cifar-10-batches-bin"])
        }
    }
}
