import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// First epochs on images of other sizes.
@Suite struct ProgressiveResizingTests {
    private static let images = SyntheticImages.generate(train: 40, test: 10, seed: 1).train

    private var model: Sequential {
        Sequential(input: [32, 32, 3]) {
            Conv2D(8, kernel: 3, padding: .same)
            BatchNorm()
            Activation(.relu)
            GlobalAveragePool2D()
            Dense(10, activation: .softmax)
        }
    }

    private func trainer(
        _ resizing: ProgressiveResizing?, model: Sequential? = nil, accumulation: Int = 1, threads: Int = 2
    ) -> Trainer {
        Trainer(
            model: model ?? self.model, optimizer: Adam(learningRate: 0.01),
            settings: TrainingSettings(
                batchSize: 10, accumulation: accumulation, progressiveResizing: resizing, seed: 5,
                augmentation: Augmentation([.flip(RandomFlip()), .crop(RandomCrop(padding: 2))])),
            pool: WorkerPool(threads: threads))
    }

    private func weights(_ trainer: Trainer) -> [Float] {
        trainer.parameters.layout.entries.flatMap { trainer.parameters.tensor($0.name)?.scalars ?? [] }
    }

    private static let stages = ProgressiveResizing([
        .init(epochs: 1, size: 16), .init(epochs: 2, size: ImageSize(height: 20, width: 24)),
    ])

    @Test func eachEpochHasItsSize() throws {
        #expect("\(Self.stages)" == "1 epoch of 16×16, 2 epochs of 20×24")
        let steps = TrainingSteps(trainer(Self.stages), on: .images(Self.images), epochs: 5)
        let shapes = try (0..<5).map { _ in
            for _ in 0..<4 { _ = try steps.next() }
            return steps.plan.inputShape
        }
        #expect(shapes == [[16, 16, 3], [20, 24, 3], [20, 24, 3], [32, 32, 3], [32, 32, 3]])
    }

    @Test func oneSizeIsANetworkOfThatSize() throws {
        let resized = trainer(ProgressiveResizing([.init(epochs: 3, size: 16)]))
        let small = trainer(nil, model: model.taking(input: [16, 16, 3]))
        for trainer in [resized, small] { try trainer.fit(.images(Self.images), epochs: 3) }
        #expect(weights(resized) == weights(small))
        // The weights serve the network's own size.
        let scores = resized.predict(.images(Self.images)).scalars
        #expect(scores != small.predict(.images(Self.images)).scalars)
        let whole = trainer(nil)
        whole.parameters.copy(from: small.parameters)
        #expect(scores == whole.predict(.images(Self.images)).scalars)
    }

    @Test func threadsAndPartsOfABatchDoNotMatter() throws {
        let model = Sequential(input: [32, 32, 3]) {
            Conv2D(8, kernel: 3, padding: .same, activation: .relu)
            GlobalAveragePool2D()
            Dense(10, activation: .softmax)
        }
        let trainers = [
            trainer(Self.stages, model: model), trainer(Self.stages, model: model, threads: 1),
            trainer(Self.stages, model: model, accumulation: 2),
        ]
        for trainer in trainers { try trainer.fit(.images(Self.images), epochs: 4) }
        #expect(weights(trainers[0]) == weights(trainers[1]))
        expectClose(weights(trainers[2]), weights(trainers[0]), relative: 1e-3)
    }

    /// Whatever rests in an epoch of one size rests in the same epoch after a change of size.
    @Test func whatRestsGoesOnResting() throws {
        let optimizer = ParameterGroups(
            [
                .init("conv1", SGD(learningRate: 0.1), schedule: PiecewiseLinearSchedule.toZero(over: .epochs(1)))
            ], rest: SGD(learningRate: 0.1))
        let trainer = Trainer(
            model: model, optimizer: optimizer,
            settings: TrainingSettings(
                batchSize: 10, progressiveResizing: ProgressiveResizing([.init(epochs: 2, size: 16)])),
            pool: WorkerPool(threads: 2))
        let steps = TrainingSteps(trainer, on: .images(Self.images), epochs: 3)
        var backward: [Set<Int>] = []
        for _ in 0..<3 {
            var run: Set<Int> = []
            for _ in 0..<4 {
                _ = try steps.next { part in
                    if case .backward(let step) = part { run.insert(step) }
                }
            }
            backward.append(run)
        }
        #expect(backward[0].contains(0))
        #expect(!backward[1].contains(0))
        #expect(backward[2] == backward[1])
    }

    @Test func resumedAfterEveryStep() throws {
        let whole = trainer(Self.stages)
        try whole.fit(.images(Self.images), epochs: 4)
        for step in 1..<16 {
            try withTemporaryDirectory { directory in
                let first = trainer(Self.stages)
                let stop = StopRequest()
                try first.fit(
                    .images(Self.images), epochs: 4, callbacks: [StopAfter(step: step, stop)], stop: stop)
                #expect(first.progress.step == step)
                let run = Run(directory)
                try run.save(first, configuration: RunConfiguration(first, modelName: "some"))
                let second = try run.resume(pool: WorkerPool(threads: 1))
                #expect(second.settings.progressiveResizing == Self.stages)
                try second.fit(.images(Self.images), epochs: 4)
                #expect(weights(second) == weights(whole), "stopped after step \(step)")
            }
        }
    }

    private final class StopAfter: TrainingCallback {
        let step: Int
        let stop: StopRequest

        init(step: Int, _ stop: StopRequest) { (self.step, self.stop) = (step, stop) }

        func batchEnded(_ status: BatchStatus, trainer: Trainer) {
            if trainer.progress.step == step { stop.raise() }
        }
    }

    @Test func networksThatTakeOneSizeAreRefused() async {
        let model = Sequential(input: [32, 32, 3]) {
            Conv2D(8, kernel: 3)
            Flatten()
            Dense(10)
        }
        #expect(Self.stages.mistake(for: self.model) == nil)
        #expect(
            Self.stages.mistake(for: model)
                == "ProgressiveResizing: images of 16×16: dense1.kernel would have shape [1568, 10], it has [7200, 10]")
        let tiny = ProgressiveResizing([.init(epochs: 1, size: 2)])
        #expect(tiny.mistake(for: model)?.contains("images of 2×2: ") == true)
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Sequential(input: [8, 8, 3]) {
                Flatten()
                Dense(10)
            }
            _ = Trainer(
                model: model,
                settings: TrainingSettings(progressiveResizing: ProgressiveResizing([.init(epochs: 1, size: 4)])))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("ProgressiveResizing: images of 4×4: dense1.kernel would have shape [48, 10]"))
    }

    @Test(arguments: [
        ("[]", "there are no stages"), (#"[{"epochs":0,"size":{"height":8,"width":8}}]"#, "0 epochs of 8×8"),
        (#"[{"epochs":1,"size":{"height":0,"width":8}}]"#, "1 epochs of 0×8"),
        (#"[{"epochs":1,"size":{"height":8,"width":8000000}}]"#, "8×8000000"),
    ])
    func textsThatAreNoStagesAreRefused(text: String, phrase: String) throws {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ProgressiveResizing.self, from: Data(text.utf8))
        }
        #expect("\(String(describing: error))".contains(phrase), "\(String(describing: error))")
    }

    /// Each layer's operations three times, but for those that rest, at each epoch's size.
    @Test func operationsAreThoseOfEachEpoch() {
        func flops(_ side: Int) -> (conv: Int, dense: Int) { (2 * side * side * 27 * 8, 2 * 8 * 10) }
        var recipe = Recipe(
            name: "some", summary: "", model: model, optimizer: SGD(), settings: TrainingSettings(batchSize: 10),
            epochs: 4)
        #expect(recipe.trainingFlops(examples: 40) == Double(3 * (flops(32).conv + flops(32).dense)))
        recipe.settings.progressiveResizing = ProgressiveResizing([.init(epochs: 2, size: 16)])
        recipe.optimizer = ParameterGroups(
            [.init("conv1", SGD(), schedule: PiecewiseLinearSchedule.toZero(over: .epochs(3)))], rest: SGD())
        let expected = 2 * 3 * flops(16).conv + (3 + 1) * flops(32).conv + 4 * 3 * flops(16).dense
        #expect(recipe.trainingFlops(examples: 40) == Double(expected) / 4)
    }
}
