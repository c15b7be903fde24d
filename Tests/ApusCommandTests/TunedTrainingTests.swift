import Apus
import Foundation
import TestSupport
import Testing

/// Trainings under a table that `apus tune` could have written.
@Suite struct TunedTrainingTests {
    /// Trains and returns the weights.
    private func train(
        _ arguments: [String], run: String, kernels: String?, saying phrase: String? = nil
    ) async throws -> Data {
        let ended = try await CommandRun.apus(
            ["train"] + arguments, environment: kernels.map { ["APUS_KERNELS": $0] } ?? [:])
        expectSuccess(ended)
        if let phrase { #expect(ended.errors.contains(phrase), "\(ended.errors)") }
        #expect(ended.errors.contains("tuned") == (phrase != nil), "\(ended.errors)")
        return try contents("\(run)/model.safetensors")
    }

    private func newRun(_ data: String, _ path: String, epochs: Int) -> [String] {
        [
            "--data", data, "--limit", "50", "--batch-size", "16", "--epochs", "\(epochs)", "--threads", "2",
            "--output", path,
        ]
    }

    @Test func aResumedRunKeepsItsKernels() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let (blas, naive) = ("\(directory)/blas.json", "\(directory)/naive.json")
            let table = try KernelFile.write(.blas, to: blas)
            try KernelFile.write(.naive, to: naive)
            func path(_ name: String) -> String { "\(directory)/\(name)" }

            let whole = try await train(newRun(data, path("whole"), epochs: 3), run: path("whole"), kernels: blas)
            #expect(try Run(path("whole")).configuration().settings.algorithmTable == table)
            // Without this control the rest would hold for a table that nobody reads.
            let other = try await train(newRun(data, path("other"), epochs: 3), run: path("other"), kernels: naive)
            let isOther = other != whole
            #expect(isOther)

            for (name, kernels) in [("without", nil), ("otherwise", naive)] {
                _ = try await train(newRun(data, path(name), epochs: 1), run: path(name), kernels: blas)
                let resumed = try await train(
                    ["--resume", path(name), "--epochs", "3"], run: path(name), kernels: kernels)
                expectSameBytes(resumed, whole, name)
                expectSameBytes(
                    try contents(path("\(name)/config.json")), try contents(path("whole/config.json")), name)
            }
        }
    }

    @Test func aTableOfAnotherProcessorIsNotUsed() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let path = "\(directory)/kernels.json"
            try KernelFile.write(.naive, processor: "Z80", to: path)
            let (plain, foreign) = ("\(directory)/plain", "\(directory)/foreign")
            let expected = try await train(newRun(data, plain, epochs: 1), run: plain, kernels: nil)
            let weights = try await train(
                newRun(data, foreign, epochs: 1), run: foreign, kernels: path,
                saying: "\(path) was tuned for another processor (Z80) and is not used")
            expectSameBytes(weights, expected)
            let settings = try Run(foreign).configuration().settings
            #expect(settings.algorithmTable.entries.allSatisfy { !$0.algorithms.uses(.naive) })
            #expect(settings.algorithmTable.entries.count == 3)
        }
    }

    @Test func aMalformedTableIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            try write(Data("{\"format\": 1}".utf8), to: "\(directory)/kernels.json")
            for arguments in [["train", "--data", "synthetic"], ["plan"]] {
                let run = try await CommandRun.apus(
                    arguments, environment: ["APUS_KERNELS": "kernels.json"], directory: directory)
                expectRefusal(run, status: 65, saying: ["kernels.json", "no entry \"processor\"", "apus tune"])
            }
            #expect(try names(in: directory) == ["kernels.json"])
            // Kernels that were asked for by name need no table.
            expectSuccess(
                try await CommandRun.apus(
                    ["plan", "--algorithm", "blas"], environment: ["APUS_KERNELS": "kernels.json"],
                    directory: directory))
        }
    }

    @Test func theTableLiesInTheConfigurationDirectory() async throws {
        try await withTemporaryDirectory { directory in
            try KernelFile.write(.naive, to: "\(directory)/apus/kernels.json")
            try KernelFile.write(.naive, to: "\(directory)/.config/apus/kernels.json")
            let environments: [[String: String?]] = [
                ["XDG_CONFIG_HOME": directory], ["XDG_CONFIG_HOME": nil, "HOME": directory],
            ]
            for variables in environments {
                let run = try await CommandRun.apus(
                    ["plan"], environment: variables.merging(["APUS_KERNELS": nil]) { $1 })
                expectSuccess(run)
                #expect(run.output.contains("naive"), "\(variables)")
            }
        }
    }
}
