import Apus
import Foundation
import TestSupport
import Testing

@Suite struct PlanTests {
    private func plan(_ arguments: [String], kernels: String? = nil) async throws -> [String: Any] {
        let run = try await CommandRun.apus(
            ["plan", "--json"] + arguments, environment: kernels.map { ["APUS_KERNELS": $0] } ?? [:])
        expectSuccess(run)
        return try object(Data(run.output.utf8))
    }

    private func steps(_ plan: [String: Any]) throws -> [[String: Any]] {
        try #require(plan["steps"] as? [[String: Any]])
    }

    private func memory(_ plan: [String: Any]) throws -> [String: Int] {
        try #require(plan["memory"] as? [String: Int])
    }

    private func sum(_ key: String, of plan: [String: Any]) throws -> Int {
        try steps(plan).map { try #require($0[key] as? Int) }.reduce(0, +)
    }

    // MARK: What a step does

    /// 2·M·N·K of the layers of `keras-cnn` for images of 32×32, from their shapes.
    private static let forward = [
        "conv1": 2 * 30 * 30 * 32 * 27, "conv2": 2 * 13 * 13 * 64 * 288, "conv3": 2 * 4 * 4 * 128 * 576,
        "dense1": 2 * 2048 * 128, "dense2": 2 * 128 * 10,
    ]

    @Test func countsFlopsAndBytes() async throws {
        let plan = try await plan(["--batch-size", "8", "--algorithm", "blas"])
        #expect(plan["purpose"] as? String == "training")
        #expect(plan["batch_size"] as? Int == 8)
        let steps = try steps(plan)
        #expect(steps.map { $0["layer"] as? String }.last == "loss")
        for (layer, flops) in Self.forward {
            let step = try #require(steps.first { $0["layer"] as? String == layer })
            #expect(step["forward_flops"] as? Int == 8 * flops, "\(layer)")
            // Nobody needs the gradient of the images.
            #expect(step["backward_flops"] as? Int == (layer == "conv1" ? 8 : 16) * flops, "\(layer)")
        }
        #expect(try sum("forward_flops", of: plan) == 8 * Self.forward.values.reduce(0, +))

        let convolution = try #require(steps.first { $0["layer"] as? String == "conv1" })
        let floats = 8 * (32 * 32 * 3 + 30 * 30 * 32) + 3 * 3 * 3 * 32 + 32
        #expect(convolution["forward_bytes"] as? Int == 4 * floats)
        #expect(steps.allSatisfy { ($0["forward_bytes"] as? Int ?? 0) > 0 && ($0["backward_bytes"] as? Int ?? 0) > 0 })
    }

    @Test(arguments: ["naive", "blas", "fused"]) func showsTheAlgorithmAskedFor(algorithm: String) async throws {
        let convolutions = try steps(await plan(["--algorithm", algorithm])).filter {
            ($0["operation"] as? String)?.hasPrefix("convolution") == true
        }
        #expect(convolutions.map { $0["layer"] as? String } == ["conv1", "conv2", "conv3"])
        #expect(convolutions.allSatisfy { $0["algorithm"] as? String == algorithm })
    }

    @Test func showsTunedKernels() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory)/kernels.json"
            let tuned = try KernelFile.write(.naive, imageSize: 20, to: path)
            #expect(tuned.entries.count == 3)
            for (size, isTuned) in [("20", true), ("22", false)] {
                let plan = try await plan(["--image-size", size], kernels: path)
                let named = try steps(plan).filter { $0["algorithm"] as? String == "naive" }
                #expect(named.count == (isTuned ? 3 : 0), "\(size)")
            }
        }
    }

    @Test func inferenceHasNoWayBack() async throws {
        let training = try await plan(["--batch-size", "64"])
        let inference = try await plan(["--batch-size", "64", "--inference"])
        #expect(inference["purpose"] as? String == "inference")
        #expect(try sum("backward_flops", of: inference) == 0)
        #expect(try sum("backward_bytes", of: inference) == 0)
        #expect(try sum("backward_flops", of: training) > 0)
        #expect(try sum("forward_flops", of: inference) > 0)
        let (more, less) = (try memory(training), try memory(inference))
        let arenas = (try #require(more["arena"]), try #require(less["arena"]))
        #expect(Double(arenas.0) > 1.5 * Double(arenas.1))
        let weights = try #require(less["parameters"])
        #expect(more["parameters"] == 4 * weights)
    }

    // MARK: Memory

    @Test func memoryAddsUp() async throws {
        for arguments in [[], ["--inference"], ["--image-size", "48", "--threads", "1"]] {
            let memory = try memory(await plan(arguments))
            let parts = memory.filter { $0.key != "total" }
            #expect(Set(parts.keys) == ["parameters", "arena", "evaluation", "images", "program"])
            #expect(parts.values.reduce(0, +) == memory["total"])
            let empty = parts.filter { $0.value <= 0 }.map(\.key)
            #expect(empty == (arguments == ["--inference"] ? ["evaluation"] : []))
        }
    }

    @Test func aTrainingsEvaluationIsAnInference() async throws {
        let training = try memory(await plan(["--batch-size", "64"]))
        let inference = try memory(await plan(["--batch-size", "64", "--inference"]))
        #expect(training["evaluation"] == inference["arena"])
    }

    @Test func memoryFollowsTheOptions() async throws {
        let small = try memory(await plan(["--batch-size", "32", "--images", "1000"]))
        let large = try memory(await plan(["--batch-size", "64", "--images", "2000"]))
        #expect(small["images"] == 1000 * 3072)
        #expect(large["images"] == 2000 * 3072)
        #expect(try memory(await plan([]))["images"] == 60_000 * 3072)
        #expect(try memory(await plan(["--images", "0"]))["images"] == 0)
        #expect(large["parameters"] == small["parameters"])
        let growth = Double(try #require(large["arena"])) / Double(try #require(small["arena"]))
        #expect(growth > 1.5 && growth < 2.5)
    }

    /// It tells what would not fit, and takes none of it.
    @Test func aPlanNeedsNoMemoryItself() async throws {
        let memory = try memory(await plan(["--image-size", "1024", "--batch-size", "1024"]))
        #expect(try #require(memory["parameters"]) > 15_000_000_000)
        #expect(try #require(memory["arena"]) > 150_000_000_000)
        #expect(try #require(memory["program"]) < 500_000_000)
    }

    // MARK: Text

    @Test func theTextHasTheSameFigures() async throws {
        let options = ["--batch-size", "16", "--algorithm", "blas"]
        let run = try await CommandRun.apus(["plan"] + options)
        expectSuccess(run)
        let plan = try await plan(options)
        let lines = run.output.split(separator: "\n").map(String.init)
        #expect(lines.first == "training, batch size 16")
        let rows = lines.map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        #expect(rows.contains(["step", "algorithm", "Mflop", "MB", "backward", "Mflop", "MB"]))
        for step in try steps(plan) {
            let layer = try #require(step["layer"] as? String)
            let operation = try #require(step["operation"] as? String)
            #expect(lines.contains { $0.hasPrefix("\(layer): \(operation)") })
        }
        let all = try #require(rows.first { $0.first == "all" })
        let expected = try ["forward_flops", "forward_bytes", "backward_flops", "backward_bytes"].map {
            String(format: "%.2f", Double(try sum($0, of: plan)) / 1e6)
        }
        #expect(Array(all.dropFirst()) == expected)
        let megabytes = String(format: "%.1f", Double(try #require(memory(plan)["arena"])) / 1e6)
        #expect(rows.contains { $0.starts(with: ["arena", megabytes, "MB"]) })
        #expect(lines.contains { $0.hasPrefix("memory in all") })

        let inference = try await CommandRun.apus(["plan", "--inference"])
        expectSuccess(inference)
        #expect(inference.output.hasPrefix("inference, batch size 32"))
        #expect(!inference.output.contains("backward"))
    }

    // MARK: Options

    @Test(arguments: [
        (["--model", "resnet"], ["--model is resnet", "keras-cnn"]),
        (["--batch-size", "0"], ["--batch-size is 0", "at least 1"]),
        (["--image-size", "17"], ["--image-size is 17", "18 to 4096"]),
        (["--image-size", "4097"], ["--image-size is 4097", "18 to 4096"]),
        (["--images", "-1"], ["--images is -1", "at least 0"]),
        (["--algorithm", "fast"], ["fast", "naive", "blas", "fused", "auto"]),
        (["--threads", "0"], ["--threads is 0"]),
        (["more"], ["more"]),
    ])
    func refuses(arguments: [String], phrases: [String]) async throws {
        let run = try await CommandRun.apus(["plan"] + arguments)
        expectRefusal(run, status: 64, saying: phrases)
        #expect(run.output.isEmpty)
    }
}
