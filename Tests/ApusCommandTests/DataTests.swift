import ApusDatasets
import ApusTensors
import Foundation
import TestSupport
import Testing

@Suite struct DataTests {
    private func images(_ count: Int, classes: Int, side: Int, channels: Int) -> ImageSet {
        let bytes = side * side * channels
        let names = (0..<classes).map { (index: Int) -> String in "kind \(index)" }
        let key = RandomKey(seed: 3)
        let pixels = (0..<count * bytes).map { (index: Int) -> UInt8 in
            UInt8(index / bytes % classes * 60 + key.integer(index, below: 50))
        }
        return ImageSet(
            name: "set", height: side, width: side, channels: channels, classNames: names, pixels: pixels,
            labels: (0..<count).map { (index: Int) -> Int in index % classes })
    }

    // MARK: Show

    @Test func contactSheet() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let arguments = [
                "data", "show", "--data", data, "--augment", "flip,crop:4:reflect,cutmix:1", "--count", "3",
            ]
            let run = try await CommandRun.apus(arguments + ["--output", "a.png"], directory: directory)
            expectSuccess(run)
            for word in ["a.png", "1  as it is", "2  flip", "4  cutmix:1.0", "7  all, epoch 3"] {
                #expect(run.output.contains(word), "\(word) in \(run.output)")
            }
            let sheet = try ImageFile.decode(path: "\(directory)/a.png")
            #expect(sheet.height == 3 * 68 + 4 && sheet.width == 7 * 68 + 4)
            expectSuccess(try await CommandRun.apus(arguments + ["--output", "b.png"], directory: directory))
            expectSameBytes(try contents("\(directory)/a.png"), try contents("\(directory)/b.png"))
            expectSuccess(
                try await CommandRun.apus(arguments + ["--output", "b.png", "--seed", "2"], directory: directory))
            #expect(try contents("\(directory)/a.png") != contents("\(directory)/b.png"))
        }
    }

    private static let refusals: [(arguments: [String], status: Int32, phrases: [String])] = [
        (["--augment", "flop"], 64, ["unknown operation flop", "expected one of flip"]),
        (["--augment", "crop:four"], 64, ["padding is \"four\"", "whole number"]),
        (["--augment", "crop:32:reflect"], 64, ["padding 32 by reflection of images of 32×32", "less than 32"]),
        (["--count", "0"], 64, ["--count is 0", "1 to 100"]),
        (["--output", "nowhere/a.png"], 73, ["nowhere/a.png", "there is no directory nowhere"]),
        (["--data", "nowhere"], 66, ["nowhere", "not found"]),
    ]

    @Test(arguments: refusals)
    func showRefuses(arguments: [String], status: Int32, phrases: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let data = arguments.contains("--data") ? [] : ["--data", "synthetic"]
            let run = try await CommandRun.apus(["data", "show"] + data + arguments, directory: directory)
            expectRefusal(run, status: status, saying: phrases)
            #expect(try names(in: directory).isEmpty)
        }
    }

    // MARK: Check

    @Test func checksAndCleansImages() async throws {
        try await withTemporaryDirectory { directory in
            let data = try SmallCIFAR10.write(in: directory)
            let path = "\(data)/data_batch_1.bin"
            var batch = try contents(path)
            let record = SmallCIFAR10.recordBytes
            // The second image repeats the first one, whose class is another; the third is of the test set.
            batch.replaceSubrange(record + 1..<2 * record, with: batch[1..<record])
            batch.replaceSubrange(2 * record..<3 * record, with: try contents("\(data)/test_batch.bin").prefix(record))
            try write(batch, to: path)
            let run = try await CommandRun.apus(
                ["data", "check", "--data", data, "--json", "report.json", "--clean", "clean"], directory: directory)
            expectSuccess(run)
            for phrase in ["0 = 1", "airplane", "Wrote 97 training and 40 test images to clean", "different classes"] {
                #expect(run.output.contains(phrase), "\(phrase) in \(run.output)")
            }
            let report = try object(contents("\(directory)/report.json"))
            #expect(report["rejected"] as? [Int] == [0, 1, 2])
            let duplicates = try #require(report["duplicates"] as? [String: Any])
            #expect(duplicates["train_in_test"] as? [Int] == [2])
            let cleaned = try CIFAR10.load(directory: "\(directory)/clean")
            #expect(cleaned.train.count == 97 && cleaned.test.count == 40)
            let again = try await CommandRun.apus(["data", "check", "--data", "clean"], directory: directory)
            #expect(again.output.contains("Nothing is wrong"), "\(again.output)")
            let refused = try await CommandRun.apus(
                ["data", "check", "--data", data, "--clean", "clean"], directory: directory)
            expectRefusal(refused, status: 73, saying: ["clean", "something is there already"])
        }
    }

    @Test func checksAndCleansTables() async throws {
        try await withTemporaryDirectory { directory in
            try write(Data("a,b\n1,x\n,x\n1,x\n2,y\ninf,y\n".utf8), to: "\(directory)/t.csv")
            let run = try await CommandRun.apus(
                ["data", "check", "--data", "t.csv", "--clean", "clean", "--json", "r.json"], directory: directory)
            expectSuccess(run)
            for phrase in [
                "5 rows of 2 columns", "Column a misses 1 values", "Column a has 1 infinities", "Wrote 2 rows",
            ] {
                #expect(run.output.contains(phrase), "\(phrase) in \(run.output)")
            }
            #expect(try String(decoding: contents("\(directory)/clean/t.csv"), as: UTF8.self) == "a,b\n1.0,x\n2.0,y\n")
            #expect(try object(contents("\(directory)/r.json"))["incomplete_rows"] as? [Int] == [1, 4])
            try write(Data("a,b\n1\n".utf8), to: "\(directory)/t.csv")
            let refused = try await CommandRun.apus(
                ["data", "check", "--data", "t.csv", "--clean", "other"], directory: directory)
            expectRefusal(refused, status: 65, saying: ["t.csv", "1 fields in row 2", "expected 2"])
            #expect(try names(in: directory) == ["clean", "r.json", "t.csv"])
        }
    }

    // MARK: Other forms of data

    /// Grey images of their own size give the network one channel and that size.
    @Test func trainsOnMNIST() async throws {
        try await withTemporaryDirectory { directory in
            let data = "\(directory)/mnist"
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            let (train, test) = (
                images(60, classes: 4, side: 28, channels: 1), images(20, classes: 4, side: 28, channels: 1)
            )
            try MNIST.write(train: train, test: test, to: data)
            let training = try await CommandRun.apus(
                ["train", "--data", data, "--epochs", "1", "--threads", "1", "--output", "run"], directory: directory)
            expectSuccess(training)
            #expect(training.output.contains("MNIST from \(data)") && training.output.contains("images of 28×28"))
            let evaluation = try await CommandRun.apus(["evaluate", "--run", "run"], directory: directory)
            expectSuccess(evaluation)
            #expect(evaluation.output.contains("20 test images"))
            try write(ImageFiles.png, to: "\(directory)/a.png")
            expectSuccess(try await CommandRun.apus(["predict", "--run", "run", "a.png"], directory: directory))
            let other = try await CommandRun.apus(
                ["evaluate", "--run", "run", "--data", "synthetic"], directory: directory)
            expectRefusal(other, status: 65, saying: ["images of 3 channels", "those of the run: 1"])
        }
    }

    @Test func trainsOnAFolderOfImages() async throws {
        try await withTemporaryDirectory { directory in
            let data = "\(directory)/photos"
            let (train, test) = (
                images(60, classes: 3, side: 24, channels: 3), images(20, classes: 3, side: 24, channels: 3)
            )
            try ImageFolder.write(train: train, test: test, to: data)
            let training = try await CommandRun.apus(
                ["train", "--data", data, "--epochs", "1", "--threads", "1", "--image-size", "20", "--output", "run"],
                directory: directory)
            expectSuccess(training)
            #expect(training.output.contains("images of 20×20"))
            let evaluation = try await CommandRun.apus(
                ["evaluate", "--run", "run", "--json", "scores.json"], directory: directory)
            expectSuccess(evaluation)
            #expect(evaluation.output.contains("kind 2"))
            let scores = try object(contents("\(directory)/scores.json"))
            #expect((scores["per_class"] as? [Any])?.count == 3)
        }
    }
}
