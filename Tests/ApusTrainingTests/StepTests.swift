import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// What a step does besides running a plan: parts, schedules, regularizers, averages.
@Suite struct StepTests {
    private static let examples: Examples = {
        let key = RandomKey(seed: 4)
        return .classified(
            inputs: .normal([53, 6], key: key), classes: (0..<53).map { Int32(key.folding($0).word(0) % 3) })
    }()

    private func trainer(
        _ settings: TrainingSettings, regularizer: Regularizer? = nil,
        optimizer: any Optimizer = SGD(learningRate: 0.1),
        threads: Int = 2
    ) -> Trainer {
        let model = Sequential(input: [6]) {
            Dense(8, activation: .relu, kernelRegularizer: regularizer)
            Dense(3, activation: .softmax)
        }
        return Trainer(model: model, optimizer: optimizer, settings: settings, pool: WorkerPool(threads: threads))
    }

    private func weights(_ trainer: Trainer) -> [Float] {
        trainer.parameters.layout.entries.flatMap { trainer.parameters.tensor($0.name)?.scalars ?? [] }
    }

    @Test(arguments: [2, 4, 20]) func aBatchInPartsIsTheSameStep(parts: Int) throws {
        let whole = trainer(TrainingSettings(batchSize: 20))
        let divided = trainer(TrainingSettings(batchSize: 20, accumulation: parts))
        for trainer in [whole, divided] { try trainer.fit(Self.examples, epochs: 3) }
        #expect(divided.progress.step == whole.progress.step && whole.progress.step == 9)
        // Nine steps of sums in another order.
        expectClose(weights(divided), weights(whole), relative: 1e-5)
        let losses = [whole, divided].map { $0.progress.history.map(\.train.loss) }
        expectClose(losses[1], losses[0], relative: 1e-5)
        #expect(divided.progress.history.map(\.train.accuracy) == whole.progress.history.map(\.train.accuracy))
    }

    @Test func incompleteBatchesMayBeDropped() throws {
        for parts in [1, 5] {
            let trainer = trainer(TrainingSettings(batchSize: 20, accumulation: parts, dropsIncompleteBatch: true))
            try trainer.fit(Self.examples, epochs: 2)
            #expect(trainer.progress.step == 4)
        }
    }

    @Test func theScheduleScalesTheRate() throws {
        struct Halving: Schedule {
            func factor(at position: SchedulePosition) -> Double {
                precondition(position.stepsPerEpoch == 3 && position.epochs == 2)
                return pow(0.5, Double(position.step))
            }
        }
        let scheduled = trainer(TrainingSettings(batchSize: 20, schedule: Halving()))
        var rates: [Double] = []
        try scheduled.fit(Self.examples, epochs: 2, callbacks: [RateRecorder { rates.append($0) }])
        #expect(rates == (0..<6).map { 0.1 * pow(0.5, Double($0)) })
        #expect(scheduled.progress.history.map(\.learningRate) == [rates[2], rates[5]])
    }

    @Test func anEpochThatIsResumedBehindItsLastStepHasItsRate() throws {
        let settings = TrainingSettings(batchSize: 20, schedule: PiecewiseLinearSchedule.toZero())
        let (whole, stopped) = (trainer(settings), trainer(settings))
        try whole.fit(Self.examples, epochs: 2)
        try stopped.fit(Self.examples, epochs: 2, callbacks: [], stop: StopRequest(), steps: 3)
        #expect(stopped.progress.epoch == 0 && stopped.progress.step == 3)
        try withTemporaryDirectory { directory in
            let run = Run(directory)
            try run.save(stopped, configuration: RunConfiguration(stopped, modelName: "stopped"))
            let resumed = try run.resume()
            try resumed.fit(Self.examples, epochs: 2)
            #expect(
                resumed.progress.history.map(\.learningRate) == whole.progress.history.map(\.learningRate))
            #expect(weights(resumed) == weights(whole))
        }
    }

    /// One step by hand: w − rate · (gradient + l1 · sign(w) + 2 · l2 · w).
    @Test func regularizersAddTheirGradient() throws {
        let regularizer = Regularizer.l1l2(0.02, 0.3)
        let settings = TrainingSettings(batchSize: 53)
        let (plain, pulled) = (trainer(settings), trainer(settings, regularizer: regularizer))
        let before = try #require(plain.parameters.tensor("dense1.kernel")).scalars
        for trainer in [plain, pulled] { try trainer.fit(Self.examples, epochs: 1) }
        let moved = try #require(plain.parameters.tensor("dense1.kernel")).scalars
        let expected = zip(moved, before).map { moved, weight in
            moved - 0.1 * (0.02 * (weight > 0 ? 1 : -1) + 0.6 * weight)
        }
        expectClose(try #require(pulled.parameters.tensor("dense1.kernel")).scalars, expected, relative: 1e-6)
        #expect(pulled.parameters.tensor("dense2.kernel") == plain.parameters.tensor("dense2.kernel"))
    }

    /// A mixing augmentation changes images and targets alike, the same way whatever the threads and in parts of a batch.
    @Test(arguments: ["flip,crop:2", "flip,mixup:0.4", "cutmix:1"]) func augmentsWhatIsTrainedOn(text: String) throws {
        let images = SyntheticImages.generate(train: 40, test: 10, seed: 1)
        func run(_ augmentation: Augmentation?, threads: Int = 2) throws -> Trainer {
            let trainer = Trainer(
                model: Sequential(input: [32, 32, 3]) {
                    AveragePool2D(4)
                    Flatten()
                    Dense(10, activation: .softmax)
                }, loss: CategoricalCrossEntropy(), optimizer: SGD(learningRate: 0.1),
                settings: TrainingSettings(batchSize: 16, augmentation: augmentation),
                pool: WorkerPool(threads: threads))
            try trainer.fit(.images(images.train), test: .images(images.test), epochs: 2)
            return trainer
        }
        let augmentation = try Augmentation(parsing: text)
        let augmented = try run(augmentation)
        #expect(weights(augmented) != weights(try run(nil)))
        #expect(weights(augmented) == weights(try run(augmentation, threads: 1)))
        #expect(augmented.progress.history.last?.test == augmented.evaluate(.images(images.test)).score)
    }

    @Test func mixedImagesNeedDistributions() async {
        await #expect(processExitsWith: .failure) {
            let images = SyntheticImages.generate(train: 16, test: 10, seed: 1)
            let trainer = Trainer(
                model: Sequential(input: [32, 32, 3]) {
                    Flatten()
                    Dense(10, activation: .softmax)
                }, settings: TrainingSettings(augmentation: try Augmentation(parsing: "mixup")))
            try trainer.fit(.images(images.train), epochs: 1)
        }
    }

    /// With a decay of 1 what is learnt stays as it was drawn.
    @Test func theAverageHasTheLastRunningStatistics() throws {
        func trainer(_ average: WeightAverage?) -> Trainer {
            let model = Sequential(input: [6]) {
                Dense(8, activation: .relu)
                BatchNorm(momentum: 0.5)
                Dense(3, activation: .softmax)
            }
            return Trainer(
                model: model, optimizer: SGD(learningRate: 0.1),
                settings: TrainingSettings(batchSize: 20, weightAverage: average), pool: WorkerPool(threads: 2))
        }
        let (averaging, follower) = (trainer(WeightAverage(decay: 1)), trainer(nil))
        let layout = follower.parameters.layout
        let drawn = (0..<layout.trainableCount).map { follower.parameters.pointer[$0] }
        for trainer in [averaging, follower] { try trainer.fit(Self.examples, epochs: 2) }
        for (index, weight) in drawn.enumerated() { follower.parameters.pointer[index] = weight }
        expectClose(averaging.predict(Self.examples), follower.predict(Self.examples), relative: 1e-6)
    }

    @Test func theAverageIsEvaluatedAndSaved() throws {
        let average = WeightAverage(decay: 0.8, interval: 2)
        let averaging = trainer(TrainingSettings(batchSize: 20, weightAverage: average))
        let follower = trainer(TrainingSettings(batchSize: 20))
        var expected = weights(follower)
        // The same steps, averaged outside.
        for step in 1...6 {
            try follower.fit(Self.examples, epochs: 2, callbacks: [], stop: StopRequest(), steps: step)
            if step % 2 == 0 {
                expected = zip(expected, weights(follower)).map { $1 + 0.8 * ($0 - $1) }
            }
        }
        try averaging.fit(Self.examples, epochs: 2)
        #expect(weights(averaging) == weights(follower))
        follower.parameters.set(expected)
        expectClose(averaging.predict(Self.examples), follower.predict(Self.examples), relative: 1e-6)

        try withTemporaryDirectory { directory in
            let run = Run(directory)
            try run.save(averaging, configuration: RunConfiguration(averaging, modelName: "average"))
            let loaded = try run.loadModel()
            #expect(loaded.predict(Self.examples) == averaging.predict(Self.examples))
        }
    }
}

/// Tells the learning rate of each step.
private final class RateRecorder: TrainingCallback {
    let record: (Double) -> Void
    init(_ record: @escaping (Double) -> Void) { self.record = record }
    func batchEnded(_ status: BatchStatus, trainer: Trainer) { record(status.learningRate) }
}

/// Stops after some steps.
private final class StepLimit: TrainingCallback {
    let steps: Int
    let stop: StopRequest
    init(_ steps: Int, _ stop: StopRequest) { (self.steps, self.stop) = (steps, stop) }
    func batchEnded(_ status: BatchStatus, trainer: Trainer) { if trainer.progress.step >= steps { stop.raise() } }
}

extension Trainer {
    /// Trains until so many steps are done in all.
    fileprivate func fit(
        _ examples: Examples, epochs: Int, callbacks: [any TrainingCallback], stop: StopRequest, steps: Int
    ) throws {
        try fit(examples, epochs: epochs, callbacks: callbacks + [StepLimit(steps, stop)], stop: stop)
    }
}

extension ParameterBuffer<Float> {
    /// Overwrites all parameters in the order of their entries.
    fileprivate func set(_ values: [Float]) {
        var start = 0
        for entry in layout.entries {
            set(entry.name, to: Tensor(shape: entry.shape, scalars: Array(values[start..<start + entry.shape.count])))
            start += entry.shape.count
        }
    }
}
