import ApusParallel
import ApusTraining
import Foundation
import TestSupport
import Testing

/// `apus recipe`, `apus train --recipe`, `--set` and `--tta`, `apus time`.
@Suite struct RecipeCommandTests {
    @Test func recipesAreListedAndPrinted() async throws {
        let list = try await CommandRun.apus(["recipe"])
        expectSuccess(list)
        for recipe in Recipe.library { #expect(list.output.contains(recipe.name), "\(recipe.name)") }
        try await withTemporaryDirectory { directory in
            for (options, file) in [([], "mine.yaml"), (["--json"], "mine.json")] {
                let printed = try await CommandRun.apus(["recipe", "airbench94"] + options)
                expectSuccess(printed)
                try Data(printed.output.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(file)"))
                let again = try await CommandRun.apus(["recipe", "\(directory)/\(file)"] + options)
                #expect(again.output == printed.output)
            }
        }
    }

    /// Its whitened filters lay in the checkpoint that it was killed before, so it cannot go on.
    @Test func aRecipeKilledBeforeItsFirstCheckpointIsRefused() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let run = "\(directory)/run"
            expectSuccess(
                try await CommandRun.apus([
                    "train", "--recipe", "cifar10-90", "--set", "settings.batchSize=20", "--set", "epochs=1",
                    "--data", data, "--output", run,
                ]))
            for file in ["model.safetensors", "history.json"] {
                try FileManager.default.removeItem(atPath: "\(run)/\(file)")
            }
            expectRefusal(
                try await CommandRun.apus(["train", "--resume", run]), status: 66,
                saying: ["model.safetensors", "--recipe", "begin it again"])
        }
    }

    /// A recipe's views, their share and every entry that is set count, and the run resumes with them.
    @Test func aRecipeTrainsAndResumes() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let common = ["--data", data, "--threads", "2", "--json", "\(directory)/results.json"]
            let first = try await CommandRun.apus(
                [
                    "train", "--recipe", "airbench94", "--set", "settings.batchSize=20", "--set", "epochs=1", "--set",
                    "testTimeAugmentation.leastConfidentShare=0.25", "--output", "\(directory)/run",
                ] + common)
            expectSuccess(first)
            #expect(
                first.errors.contains("no products of bfloat16")
                    == !Processor.presentFeatures.contains(.avx512bf16))
            let results = try object(contents("\(directory)/results.json"))
            #expect(results["model"] as? String == "airbench94")
            #expect(results["precision"] as? String == "bf16")
            #expect((results["epochs"] as? [Any])?.count == 1)
            for key in ["test_accuracy", "tta_accuracy"] {
                #expect((0...1).contains(try #require(results[key] as? Double)), "\(key)")
            }
            #expect(results["tta_seconds"] as? Double ?? 0 > 0)
            let configuration = try Run("\(directory)/run").configuration()
            #expect(configuration.settings.batchSize == 20)
            #expect(configuration.testTimeAugmentation?.leastConfidentShare == 0.25)

            let second = try await CommandRun.apus(["train", "--resume", "\(directory)/run", "--epochs", "2"] + common)
            expectSuccess(second)
            let resumed = try object(contents("\(directory)/results.json"))
            #expect((resumed["epochs"] as? [Any])?.count == 2 && resumed["tta_accuracy"] is Double)
        }
    }

    @Test func anyTrainingTakesViews() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let run = try await CommandRun.apus([
                "train", "--data", data, "--epochs", "1", "--batch-size", "20", "--tta", "mirror:0.5", "--output",
                "\(directory)/run", "--json", "\(directory)/results.json",
            ])
            expectSuccess(run)
            #expect(try object(contents("\(directory)/results.json"))["tta_accuracy"] is Double)
            let evaluation = try await CommandRun.apus([
                "evaluate", "--run", "\(directory)/run", "--tta", "mirror-translate",
            ])
            expectSuccess(evaluation)
        }
    }

    @Test(arguments: [
        (["--recipe", "resnet"], ["--recipe is resnet", "airbench94", "YAML"]),
        (["--recipe", "none.yaml"], ["none.yaml"]),
        (["--recipe", "airbench94", "--set", "epoch=4"], ["--set", "no entry epoch"]),
        (["--recipe", "airbench94", "--set", "epochs=many"], ["--set", "epochs"]),
        (["--recipe", "airbench94", "--set", "epochs"], ["--set is epochs", "key=value"]),
        (["--recipe", "airbench94", "--set", "settings.batchSize=0"], ["--set", "batch"]),
        (["--set", "epochs=4"], ["--set epochs=4", "--recipe"]),
        (["--recipe", "airbench94", "--model", "keras-cnn"], ["--model", "--set"]),
        (["--recipe", "airbench94", "--learning-rate", "1"], ["--learning-rate", "--set"]),
        (["--recipe", "airbench94", "--momentum", "0.5"], ["--momentum", "--set"]),
        (["--recipe", "airbench94", "--dropout", "0.5"], ["--dropout", "--set"]),
        (["--recipe", "airbench94", "--batch-size", "10001"], ["--batch-size is 10,001", "10,000"]),
        (["--tta", "turn"], ["--tta is turn", "mirror-translate"]),
        (["--tta", "mirror:2"], ["--tta is mirror:2", "0 to 1"]),
    ])
    func mistakesAreRefused(arguments: [String], phrases: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let run = try await CommandRun.apus(["train", "--data", "synthetic"] + arguments, directory: directory)
            expectRefusal(run, status: arguments.contains("none.yaml") ? 66 : 64, saying: phrases)
            #expect(try names(in: directory).filter { $0 != "runs" }.isEmpty)
        }
    }

    @Test func timesOfAllStepsAddUp() async throws {
        let run = try await CommandRun.apus([
            "time", "--recipe", "airbench94", "--set", "settings.batchSize=20", "--steps", "3", "--json",
        ])
        expectSuccess(run)
        let report = try object(Data(run.output.utf8))
        let rows = try #require(report["rows"] as? [[String: Any]])
        let layers = rows.compactMap { $0["layer"] as? String }
        for layer in ["whitening", "conv2", "conv7", "head", "loss"] { #expect(layers.contains(layer), "\(layer)") }
        let times = rows.compactMap { $0["milliseconds"] as? Double }
        #expect(times.count == rows.count && times.allSatisfy { $0 > 0 })
        let parts =
            times.reduce(0, +) + (try #require(report["loading_milliseconds"] as? Double))
            + (try #require(report["optimizer_milliseconds"] as? Double))
        let whole = try #require(report["step_milliseconds"] as? Double)
        // Medians of parts do not add up to the median of the sums.
        #expect(abs(parts / whole - 1) < 0.5)
        let rate = try #require(report["images_per_second"] as? Double)
        #expect(abs(rate * whole / 1e3 - 20) < 1e-6)
    }
}
