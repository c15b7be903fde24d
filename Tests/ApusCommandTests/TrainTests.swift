import ApusTraining
import Foundation
import TestSupport
import Testing

@Suite struct TrainTests {
    @Test func writesARunAndItsResults() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let run = try await CommandRun.apus([
                "train", "--data", data, "--epochs", "2", "--limit", "80", "--validation-fraction", "0.25",
                "--batch-size", "16", "--seed", "5", "--threads", "2", "--output", "\(directory)/run", "--json",
                "\(directory)/results.json",
            ])
            expectSuccess(run)
            #expect(run.output.contains("60 training, 20 validation, 40 test images"))
            #expect(run.output.contains("356,810 parameters"))
            #expect(
                try names(in: "\(directory)/run") == [
                    "best.safetensors", "config.json", "history.json", "model.safetensors", "report.html",
                ])

            let results = try object(contents("\(directory)/results.json"))
            #expect(
                Set(results.keys) == [
                    "model", "algorithm", "precision", "threads", "seed", "epochs", "best_test_accuracy",
                    "test_accuracy", "preparation_seconds", "training_seconds", "total_seconds", "peak_rss_bytes",
                ])
            #expect(results["model"] as? String == "keras-cnn")
            #expect(results["algorithm"] as? String == "auto")
            #expect(results["threads"] as? Int == 2)
            #expect(results["seed"] as? Int == 5)
            let epochs = try #require(results["epochs"] as? [[String: Any]])
            #expect(epochs.map { $0["epoch"] as? Int } == [1, 2])
            for epoch in epochs {
                #expect(
                    Set(epoch.keys) == [
                        "epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "test_loss",
                        "test_accuracy", "seconds", "images_per_second",
                    ])
            }
            let history = try Run("\(directory)/run").history()
            for (epoch, record) in zip(epochs, history) {
                expectClose(epoch["train_loss"], record.train.loss)
                expectClose(epoch["train_accuracy"], record.train.accuracy)
                expectClose(epoch["validation_loss"], record.validation?.loss)
                expectClose(epoch["test_loss"], record.test?.loss)
                expectClose(epoch["test_accuracy"], record.test?.accuracy)
                expectClose(epoch["seconds"], record.seconds)
                expectClose(epoch["images_per_second"], record.imagesPerSecond)
            }
            expectClose(results["best_test_accuracy"], history.compactMap(\.test?.accuracy).max())
            let memory = try #require(results["peak_rss_bytes"] as? Int)
            #expect(memory > 10_000_000)
        }
    }

    @Test func namesOfOneLetter() async throws {
        try await withTemporaryDirectory { directory in
            try SmallCIFAR10.write(in: directory)
            try FileManager.default.moveItem(atPath: "\(directory)/cifar-10-batches-bin", toPath: "\(directory)/d")
            let run = try await CommandRun.apus(
                ["train", "--data", "d", "--epochs", "1", "--limit", "8", "--output", "r", "--json", "j"],
                directory: directory)
            expectSuccess(run)
            #expect(try names(in: directory) == ["d", "j", "r"])
        }
    }

    @Test func pipedOutputIsOnePlainLineAnEpoch() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let run = try await CommandRun.apus(
                ["train", "--data", data, "--epochs", "3", "--threads", "1"], environment: ["TERM": "xterm"],
                directory: directory)
            expectSuccess(run)
            #expect(run.output.split(separator: "\n").count { $0.hasPrefix("epoch ") } == 3)
            #expect(!run.output.contains("\u{1B}") && !run.output.contains("\r"))
            // Named for date and model.
            let runs = try names(in: "\(directory)/runs")
            #expect(runs.count == 1 && runs[0].hasSuffix("-keras-cnn"))
            #expect(run.output.contains("apus evaluate --run runs/\(runs[0])"))
        }
    }

    @Test func syntheticImagesNeedNoFiles() async throws {
        try await withTemporaryDirectory { directory in
            let run = try await CommandRun.apus(
                ["train", "--data", "synthetic", "--epochs", "1", "--limit", "64"], directory: directory)
            expectSuccess(run)
            #expect(run.output.contains("synthetic images: 64 training, 2,000 test images"))
        }
    }

    @Test func offlineSaysSoAndTakesSyntheticImages() async throws {
        try await withTemporaryDirectory { directory in
            // A port of this machine on which nobody listens.
            let run = try await CommandRun.apus(
                ["train", "--data-url", "http://127.0.0.1:1/cifar.tar.gz", "--epochs", "1", "--limit", "64"],
                environment: ["http_proxy": nil], directory: directory)
            expectSuccess(run)
            #expect(run.errors.contains("synthetic"))
            #expect(run.errors.split(separator: "\n").count { $0.contains("127.0.0.1:1") } == 1)
            #expect(run.output.contains("synthetic images: 64 training"))
        }
    }

    @Test(arguments: ["adam", "sgd"]) func optimizersAndTheNaiveAlgorithm(optimizer: String) async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let run = try await CommandRun.apus(
                [
                    "train", "--data", data, "--epochs", "1", "--limit", "8", "--batch-size", "4", "--algorithm",
                    "naive",
                    "--optimizer", optimizer, "--learning-rate", "0.001", "--image-size", "18", "--output", "run",
                ] + (optimizer == "sgd" ? ["--momentum", "0.9"] : []), directory: directory)
            expectSuccess(run)
            #expect(run.output.contains("algorithm naive"))
            #expect(run.output.contains("images of 18×18"))
        }
    }

    @Test func aReaderThatLeavesStopsTheTraining() throws {
        try withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let run = try ShellRun(
                """
                { "$APUS" train --data '\(data)' --epochs 1000 --output run; echo $? > status; } | head -n 1
                """, directory: directory)
            #expect(try contents("\(directory)/status") == Data("141\n".utf8))
            #expect(run.errors.contains("saved") && !run.errors.contains("Fatal"))
            #expect(try Run("\(directory)/run").history().count < 1000)
        }
    }
}
