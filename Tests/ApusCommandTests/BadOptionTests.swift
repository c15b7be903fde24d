import Foundation
import TestSupport
import Testing

/// Options that cannot be: status 64 and a sentence with what was found and what was expected.
@Suite struct BadOptionTests {
    @Test(arguments: [
        (["--threads", "0"], ["--threads is 0", "1 to 1024"]),
        (["--threads", "-2"], ["--threads is -2"]),
        (["--epochs", "-1"], ["--epochs is -1", "at least 1"]),
        (["--epochs", "0"], ["--epochs is 0"]),
        (["--epochs", "ten"], ["ten", "--epochs"]),
        (["--batch-size", "0"], ["--batch-size is 0", "at least 1"]),
        (["--image-size", "17"], ["--image-size is 17", "18"]),
        (["--image-size", "100000000000"], ["--image-size is 100000000000", "4096"]),
        (["--limit", "0"], ["--limit is 0", "at least 1"]),
        (["--limit", "10001"], ["--limit is 10,001", "10,000 training images"]),
        (["--batch-size", "10001"], ["--batch-size is 10,001", "10,000"]),
        (["--validation-fraction", "1"], ["--validation-fraction is 1.0", "under 1"]),
        (["--validation-fraction", "nan"], ["--validation-fraction is nan"]),
        (["--validation-fraction", "0.00001"], ["0 ", "some of both"]),
        (["--learning-rate", "0"], ["--learning-rate is 0.0", "over 0"]),
        (["--learning-rate", "nan"], ["--learning-rate is nan"]),
        (["--learning-rate", "1e300"], ["--learning-rate is 1e+300"]),
        (["--optimizer", "sgd", "--momentum", "1"], ["--momentum is 1.0", "under 1"]),
        (["--momentum", "0.9"], ["--momentum", "sgd", "adam"]),
        (["--model", "resnet"], ["resnet", "keras-cnn"]),
        (["--optimizer", "lion"], ["lion", "adam", "sgd"]),
        (["--algorithm", "fast"], ["fast", "naive", "blas", "auto"]),
        (["--precision", "fp8"], ["fp8", "fp32", "bf16"]),
        (["--precision", "bf16", "--algorithm", "blas"], ["--precision bf16", "auto, fused or winograd", "blas"]),
        (["--seed", "-1"], ["-1", "--seed"]),
        (["--data", ""], ["--data is empty"]),
        (["--output", ""], ["--output is empty"]),
        (["--data-bytes", "0"], ["--data-bytes is 0"]),
        (["--data-checksum", "md5:12"], ["md5:12", "hexadecimal"]),
        (["--resume", "a", "--output", "b"], ["--resume", "--output"]),
        (["--early-stopping", "-1"], ["--early-stopping is -1", "at least 0"]),
        (["--early-stopping", "3"], ["validation loss", "--validation-fraction", "--monitor"]),
        (["--monitor", "validation-loss"], ["--monitor is validation-loss", "--validation-fraction"]),
        (["--monitor", "beauty"], ["beauty", "test-accuracy"]),
        (["--minimum-change", "-0.1"], ["--minimum-change is -0.1"]),
        (["--keep", "-1"], ["--keep is -1"]),
        (["--save-every", "0"], ["--save-every is 0"]),
        (["--tensorboard", ""], ["--tensorboard is empty"]),
        (["--frobnicate"], ["--frobnicate"]),
    ])
    func trainRefuses(arguments: [String], phrases: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let data = arguments.contains("--data") ? [] : ["--data", "synthetic"]
            let run = try await CommandRun.apus(["train"] + data + arguments, directory: directory)
            expectRefusal(run, status: 64, saying: phrases)
            #expect(try names(in: directory).filter { $0 != "runs" }.isEmpty)
        }
    }

    @Test(arguments: [
        ["fly"], ["evaluate"], ["predict", "--run", "a"], ["doctor", "--threads", "0"], ["doctor", "more"], ["report"],
        ["report", "--run", "a", "b.json"], ["report", "--run", "a", "--json", "b"],
        ["report", "a.json", "--data", "b"],
    ])
    func othersRefuse(arguments: [String]) async throws {
        expectRefusal(try await CommandRun.apus(arguments), status: 64, saying: ["Error:"])
    }

    @Test(arguments: [["--image-size", "4096"], ["--batch-size", "10000", "--image-size", "512"]])
    func aTrainingThatMemoryCannotHoldIsRefused(options: [String]) async throws {
        try await withTemporaryDirectory { directory in
            let run = try await CommandRun.apus(
                ["train", "--data", "synthetic"] + options, directory: directory)
            expectRefusal(run, status: 64, saying: [options[0], options[1], "GB", "apus plan"])
        }
    }
}
