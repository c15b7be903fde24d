import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import TestSupport
import Testing

@Suite struct WeightTransferTests {
    private static func model(outputs: Int = 4) -> Sequential {
        Sequential(input: [6, 6, 3]) {
            Conv2D(4, kernel: 3, activation: .relu)
            Flatten()
            Dense(8, activation: .relu)
            Dense(outputs, activation: .softmax)
        }
    }

    private static func trainer(_ model: Sequential, seed: UInt64) -> Trainer {
        Trainer(model: model, settings: TrainingSettings(batchSize: 4, seed: seed), pool: WorkerPool(threads: 2))
    }

    /// A run of a few steps in a temporary directory.
    private func withRun(_ body: (Run, Trainer) throws -> Void) throws {
        try withTemporaryDirectory { directory in
            let trainer = Self.trainer(Self.model(), seed: 1)
            try trainer.fit(Self.examples(classes: 4), epochs: 1)
            let run = Run(directory)
            try run.save(trainer, configuration: RunConfiguration(trainer, modelName: "small"))
            try body(run, trainer)
        }
    }

    private static func examples(classes: Int) -> Examples {
        .classified(
            inputs: .normal([12, 6, 6, 3], key: RandomKey(seed: 9)), classes: (0..<12).map { Int32($0 % classes) })
    }

    @Test func takesOverWhatFitsByNameAndShape() throws {
        try withRun { run, source in
            let other = Self.trainer(Self.model(outputs: 7), seed: 2)
            let drawn = other.parameters.tensor("dense2.kernel")
            let transfer = try other.initialize(from: run)
            #expect(transfer.loaded == ["conv1.kernel", "conv1.bias", "dense1.kernel", "dense1.bias"])
            #expect(transfer.kept.map(\.name) == ["dense2.kernel", "dense2.bias"])
            #expect(transfer.kept[0].reason == "the checkpoint has shape [8, 4], the network [8, 7]")
            #expect(transfer.unused == ["dense2.bias", "dense2.kernel"])
            for name in transfer.loaded { #expect(other.parameters.tensor(name) == source.parameters.tensor(name)) }
            #expect(other.parameters.tensor("dense2.kernel") == drawn)
        }
    }

    @Test func aNewHeadIsNeverLoaded() throws {
        try withRun { run, source in
            let model = try #require(source.model.replacingHead(outputs: 4))
            let other = Self.trainer(model, seed: 2)
            let transfer = try other.initialize(from: run, excluding: [try #require(model.headPattern)])
            #expect(transfer.kept.map(\.name) == ["dense2.kernel", "dense2.bias"])
            #expect(other.parameters.tensor("dense2.kernel") != source.parameters.tensor("dense2.kernel"))
            #expect(other.parameters.tensor("dense1.kernel") == source.parameters.tensor("dense1.kernel"))
        }
    }

    @Test func frozenLayersStayAsTheyWereLoaded() throws {
        try withRun { run, source in
            let model = try #require(source.model.replacingHead(outputs: 3)).freezing(["conv*", "dense1.kernel"])
            let other = Self.trainer(model, seed: 2)
            try other.initialize(from: run, excluding: [try #require(model.headPattern)])
            try other.fit(Self.examples(classes: 3), epochs: 4)
            for name in ["conv1.kernel", "conv1.bias", "dense1.kernel"] {
                #expect(other.parameters.tensor(name) == source.parameters.tensor(name), "\(name)")
            }
            #expect(other.parameters.tensor("dense1.bias") != source.parameters.tensor("dense1.bias"))
        }
    }
}
