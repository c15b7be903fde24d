import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTraining
import Foundation
import TestSupport
import Testing

/// A training that stops after any step and goes on from disk ends with the same file, whatever it is made of.
@Suite struct ResumeTests {
    private static let images = SyntheticImages.generate(train: 40, test: 10, seed: 1)
    /// Batches of 16 of the 36 images that an epoch takes: two and a smaller one.
    private static let steps = 6

    private func trainer(threads: Int) throws -> Trainer {
        let model = Sequential(input: [8, 8, 3]) {
            Conv2D(8, kernel: 3, kernelRegularizer: .l2(1e-4))
            BatchNorm(momentum: 0.9)
            Activation(.relu)
            SpatialDropout(0.1)
            Flatten()
            Dense(16, activation: .gelu)
            Dropout(0.3)
            Dense(10, activation: .softmax)
        }
        let settings = TrainingSettings(
            batchSize: 16, accumulation: 2, selection: ExampleSelection(share: 0.9), seed: 3,
            schedule: WarmUpSchedule(.steps(2), then: PlateauSchedule(patience: 0)), clipping: .globalNorm(1),
            weightAverage: WeightAverage(decay: 0.9, interval: 2),
            augmentation: try Augmentation(parsing: "flip,crop:2:reflect,cutout:4"))
        return Trainer(
            model: model, loss: SparseCategoricalCrossEntropy(labelSmoothing: 0.1),
            optimizer: Lookahead(
                ParameterGroups([.init("*.kernel", Muon())], rest: AdamW(learningRate: 0.01)), interval: 4),
            settings: settings, pool: WorkerPool(threads: threads))
    }

    private final class StopAfter: TrainingCallback {
        let request = StopRequest()
        private var steps: Int

        init(_ steps: Int) {
            self.steps = steps
            if steps == 0 { request.raise() }
        }

        func batchEnded(_ status: BatchStatus, trainer: Trainer) {
            steps -= 1
            if steps == 0 { request.raise() }
        }
    }

    @discardableResult
    private func fit(_ trainer: Trainer, stopAfter steps: Int? = nil) throws -> Trainer.Outcome {
        let stop = StopAfter(steps ?? .max)
        return try trainer.fit(
            .images(Self.images.train), validation: .images(Self.images.test), epochs: 2, callbacks: [stop],
            stop: stop.request)
    }

    private func save(_ trainer: Trainer, to directory: String) throws -> Run {
        let run = Run(directory)
        try run.prepare()
        try run.save(trainer, configuration: RunConfiguration(trainer, modelName: "all"))
        return run
    }

    private func checkpoint(_ directory: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: "\(directory)/model.safetensors"))
    }

    @Test(arguments: [1, 3]) func afterEveryStep(threads: Int) throws {
        try withTemporaryDirectory { directory in
            let whole = try trainer(threads: 2)
            try fit(whole)
            _ = try save(whole, to: "\(directory)/whole")
            let reference = try checkpoint("\(directory)/whole")
            for step in 0...Self.steps {
                let path = "\(directory)/\(step)"
                let first = try trainer(threads: 4 - threads)
                try fit(first, stopAfter: step)
                #expect(first.progress.step == step)
                let run = try save(first, to: path)
                let second = try run.resume(pool: WorkerPool(threads: threads))
                try fit(second)
                _ = try save(second, to: path)
                let isSame = try checkpoint(path) == reference
                #expect(isSame, "stopped after step \(step)")
            }
        }
    }

    /// Killed before the first checkpoint, a run begins anew.
    @Test func withoutACheckpoint() throws {
        try withTemporaryDirectory { directory in
            let trainer = try trainer(threads: 1)
            let run = try save(trainer, to: directory)
            try FileManager.default.removeItem(atPath: "\(directory)/model.safetensors")
            #expect(try run.resume().progress == trainer.progress)
            try FileManager.default.removeItem(atPath: "\(directory)/history.json")
            #expect(try run.resume().progress == trainer.progress)
        }
    }

    @Test func aLostCheckpointIsNoStart() throws {
        try withTemporaryDirectory { directory in
            let trainer = try trainer(threads: 2)
            try fit(trainer)
            let run = try save(trainer, to: directory)
            try FileManager.default.removeItem(atPath: "\(directory)/model.safetensors")
            #expect(throws: (any Error).self) { try run.resume() }
        }
    }

    @Test func leftoversOfKilledWritersAreRemoved() throws {
        try withTemporaryDirectory { directory in
            for name in [".apus-0123.tmp", ".apus-other", "mine.tmp"] {
                try Data().write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
            }
            try Run(directory).prepare()
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            #expect(names == [".apus-other", "mine.tmp"])
        }
    }
}
