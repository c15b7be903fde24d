import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import Testing

@Suite struct RateFinderTests {
    /// Numbers that a linear layer can learn, with the loss's largest curvature near 2: descent diverges from a rate of 1 on.
    private static func examples(_ count: Int = 64) -> Examples {
        let inputs = Tensor<Float>.normal([count, 4], key: RandomKey(seed: 1))
        let targets = (0..<count).map { row in
            3 * inputs[row, 0] - 2 * inputs[row, 1] + inputs[row, 2] + 0.5
        }
        return .paired(inputs: inputs, targets: Tensor(shape: [count, 1], scalars: targets))
    }

    private static func trainer(_ optimizer: any Optimizer, average: WeightAverage? = nil) -> Trainer {
        Trainer(
            model: Sequential(input: [4]) { Dense(1) }, loss: MeanSquaredError(), optimizer: optimizer,
            settings: TrainingSettings(batchSize: 64, schedule: CosineSchedule(), weightAverage: average),
            pool: WorkerPool(threads: 2))
    }

    @Test func endsWhereDescentDiverges() throws {
        let trainer = Self.trainer(SGD())
        let search = RateFinder(lowest: 1e-4, highest: 100, steps: 120).search(trainer, on: Self.examples())
        #expect(search.hasDiverged && search.points.count < 120)
        let ratio = search.points[1].rate / search.points[0].rate
        #expect(abs(search.points[0].rate - 1e-4) < 1e-12 && abs(pow(ratio, 119) / 1e6 - 1) < 1e-9)
        let suggestion = try #require(search.suggestion)
        #expect((0.005..<1).contains(suggestion), "\(suggestion)")
        #expect(try suggestion <= #require(search.lowest).rate)
        // Trains well at the suggested rate.
        let before = trainer.evaluate(Self.examples()).loss
        let again = Self.trainer(SGD(learningRate: suggestion))
        try again.fit(Self.examples(), epochs: 40)
        #expect(again.evaluate(Self.examples()).loss < before / 20)
    }

    @Test func leavesTheTrainerAsItIs() throws {
        let trainer = Self.trainer(Adam(learningRate: 0.01), average: WeightAverage())
        try trainer.fit(Self.examples(), epochs: 2)
        let (kernel, progress) = (trainer.parameters.tensor("dense1.kernel"), trainer.progress)
        var told = 0
        let search = RateFinder(steps: 20).search(trainer, on: Self.examples()) { _ in told += 1 }
        #expect(trainer.parameters.tensor("dense1.kernel") == kernel && trainer.progress == progress)
        #expect(trainer.optimizer.learningRate == 0.01 && told == search.points.count)
        // The first loss is that of the weights as they are.
        let evaluation = Trainer(
            model: trainer.model, loss: trainer.loss, optimizer: trainer.optimizer, pool: WorkerPool(threads: 1))
        evaluation.parameters.copy(from: trainer.parameters)
        #expect(abs(evaluation.evaluate(Self.examples()).loss - search.points[0].loss) < 1e-5)
    }

    @Test func anAverageOfOneLossIsTheLoss() {
        let search = RateFinder(lowest: 1e-3, highest: 1e-2, steps: 3, smoothing: 0.98).search(
            Self.trainer(SGD()), on: Self.examples())
        let losses = search.points.map(\.loss)
        #expect(losses.count == 3 && abs(search.points[0].smoothedLoss / losses[0] - 1) < 1e-12)
        let second = (0.98 * losses[0] + losses[1]) / 1.98
        #expect(abs(search.points[1].smoothedLoss / second - 1) < 1e-12)
    }

    @Test func stopsWhenTold() {
        let stop = StopRequest()
        let search = RateFinder(steps: 50).search(Self.trainer(SGD()), on: Self.examples(), stop: stop) { _ in
            stop.raise()
        }
        #expect(search.points.count == 1 && !search.hasDiverged)
    }
}
