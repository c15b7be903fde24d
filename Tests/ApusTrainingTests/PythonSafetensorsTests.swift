import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// Python's `safetensors` reads checkpoints as they stand: `pip install safetensors numpy`.
@Suite struct PythonSafetensorsTests {
    /// Prints the metadata, and each tensor's type, shape, first element and sum.
    private static let script = """
        import json, sys
        from safetensors import safe_open
        from safetensors.numpy import load_file
        tensors = load_file(sys.argv[1])
        with safe_open(sys.argv[1], framework="numpy") as file:
            metadata = file.metadata()
            assert sorted(file.keys()) == sorted(tensors)
        json.dump({
            "format": metadata["format"], "progress": json.loads(metadata["progress"]),
            "tensors": {name: [str(t.dtype), list(t.shape), float(t.flat[0]), float(t.sum(dtype="float64"))]
                        for name, t in tensors.items()}}, sys.stdout)
        """

    /// The first Python that has the package.
    private static let python: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        let candidates = [
            ProcessInfo.processInfo.environment["APUS_PYTHON"], "\(root)/.build/python/bin/python",
            "\(root)/Benchmarks/peers/.venv/bin/python", "/usr/bin/python3",
        ]
        return candidates.compactMap(\.self).first { (try? run($0, ["-c", "import safetensors.numpy"])) != nil }
    }()

    private struct Failure: Error {}

    private static func run(_ python: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure() }
        return data
    }

    @Test(.enabled(if: python != nil, "no Python with safetensors and numpy, as docs/reliability.md says how to make"))
    func readsACheckpoint() throws {
        let model = Sequential(input: [4]) {
            Dense(3, activation: .relu)
            BatchNorm()
            Dense(2, activation: .softmax)
        }
        let trainer = Trainer(
            model: model, settings: TrainingSettings(batchSize: 4, seed: 9, weightAverage: WeightAverage()),
            pool: WorkerPool(threads: 1))
        let inputs = Tensor<Float>.normal([8, 4], key: RandomKey(seed: 1))
        try trainer.fit(.classified(inputs: inputs, classes: [0, 1, 0, 1, 0, 1, 0, 1]), epochs: 2)
        try withTemporaryDirectory { directory in
            try Run(directory).save(trainer, configuration: RunConfiguration(trainer, modelName: "m"))
            let data = try Self.run(
                try #require(Self.python), ["-c", Self.script, "\(directory)/model.safetensors"])
            let read = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(read["format"] as? String == "apus-checkpoint-1")
            let progress = try #require(read["progress"] as? [String: Any])
            #expect(progress["epoch"] as? Int == 2 && progress["step"] as? Int == 4)
            #expect((progress["history"] as? [Any])?.count == 2)
            let tensors = try #require(read["tensors"] as? [String: [Any]])
            // Weights and their average, and two moments of what is learnt.
            #expect(tensors.count == 2 * 8 + 2 * 6)
            for entry in model.parameterLayout.entries {
                let scalars = try #require(trainer.parameters.tensor(entry.name)).scalars
                let found = try #require(tensors[entry.name])
                #expect(found[0] as? String == "float32")
                #expect(found[1] as? [Int] == Array(entry.shape))
                #expect((found[2] as? NSNumber)?.floatValue == scalars[0])
                let sum = scalars.reduce(0.0) { $0 + Double($1) }
                #expect(abs(((found[3] as? NSNumber)?.doubleValue ?? .nan) - sum) <= 1e-9)
            }
        }
    }

    @Test func anUnknownVersionSaysWhyNot() throws {
        try withTemporaryDirectory { directory in
            let trainer = Trainer(model: Sequential(input: [2]) { Dense(2, activation: .softmax) })
            let run = Run(directory)
            try run.save(trainer, configuration: RunConfiguration(trainer, modelName: "m"))
            let path = "\(directory)/model.safetensors"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            let range = try #require(bytes.range(of: Data("apus-checkpoint-1".utf8)))
            bytes.replaceSubrange(range, with: Data("apus-checkpoint-2".utf8))
            try bytes.write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: FileError.self) { try run.resume() }
            let sentence = "format \"apus-checkpoint-2\", expected a checkpoint of format \"apus-checkpoint-1\""
            #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
        }
    }
}
