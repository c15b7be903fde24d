import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTraining
import Testing

/// Parameters whose rate has fallen to zero: their gradients are spared, and nothing else changes.
@Suite struct RestingParametersTests {
    /// The same factors, without the promise of ``Schedule/isZero(from:)``.
    private struct Unpromising: Schedule {
        var schedule = PiecewiseLinearSchedule.toZero(over: .epochs(1))
        func factor(at position: SchedulePosition) -> Double { schedule.factor(at: position) }
    }

    private func weights(_ schedule: any Schedule, _ optimizer: any Optimizer, epochs: Int) throws -> [Float] {
        let model = Sequential(input: [32, 32, 3]) {
            Conv2D(8, kernel: 3, name: "first")
            Activation(.gelu)
            MaxPool2D(4)
            Conv2D(8, kernel: 3, activation: .relu)
            Flatten()
            Dense(10, activation: .softmax)
        }
        let trainer = Trainer(
            model: model,
            optimizer: ParameterGroups(
                [
                    .init("first.kernel", optimizer, schedule: schedule),
                    .init("first.bias", SGD(learningRate: 0.05), schedule: schedule),
                ], rest: Adam()),
            settings: TrainingSettings(batchSize: 20, seed: 4), pool: WorkerPool(threads: 2))
        let images = SyntheticImages.generate(train: 100, test: 0).train
        try trainer.fit(.images(images), epochs: epochs)
        return model.parameterLayout.entries.flatMap { trainer.parameters.tensor($0.name)?.scalars ?? [] }
    }

    private static let optimizers: [any Optimizer] = [
        SGD(learningRate: 0.05), SGD(learningRate: 0.05, momentum: 0.9, momentumForm: .pyTorch, weightDecay: 0.1),
        SGD(learningRate: 0.05, momentum: 0.9), Muon(learningRate: 0.05, normalizesWeights: true),
    ]

    @Test(arguments: optimizers.indices) func weightsAreTheSame(_ index: Int) throws {
        let optimizer = Self.optimizers[index]
        let spared = try weights(PiecewiseLinearSchedule.toZero(over: .epochs(1)), optimizer, epochs: 3)
        #expect(try weights(Unpromising(), optimizer, epochs: 3) == spared)
    }

    /// Keras's momentum still moves at a rate of zero, and other optimizers may do so as well.
    @Test func whatMayMoveDoesNotRest() {
        let end = SchedulePosition(step: 10, stepsPerEpoch: 5, epochs: 4)
        let schedule = PiecewiseLinearSchedule.toZero(over: .epochs(2))
        func rests(_ optimizer: any Optimizer, _ parameter: String, at position: SchedulePosition) -> Bool {
            ParameterGroups([.init("first", optimizer, schedule: schedule)], rest: SGD())
                .resting(among: [parameter], from: position, rateIsZero: false) == [parameter]
        }
        #expect(rests(SGD(), "first.bias", at: end))
        #expect(rests(SGD(momentum: 0.5, momentumForm: .pyTorch), "first.bias", at: end))
        #expect(rests(Muon(), "first.kernel", at: end))
        #expect(!rests(SGD(momentum: 0.5), "first.bias", at: end))
        #expect(!rests(Adam(), "first.bias", at: end))
        #expect(!rests(SGD(), "second.bias", at: end))
        #expect(!rests(SGD(), "first.bias", at: SchedulePosition(step: 9, stepsPerEpoch: 5, epochs: 4)))
        #expect(SGD().resting(among: ["second.bias"], from: end, rateIsZero: true) == ["second.bias"])
    }
}
