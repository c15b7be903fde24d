import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import TestSupport
import Testing

@Suite struct TrainerTests {
    private func model() -> Sequential {
        Sequential(input: [4]) {
            Dense(16, activation: .relu)
            Dropout(0.1)
            Dense(3, activation: .softmax)
        }
    }

    /// Points of three clusters that a small network separates.
    private func points(_ count: Int) -> Examples {
        let key = RandomKey(seed: 11)
        let classes = (0..<count).map { Int32($0 % 3) }
        let inputs = Tensor<Float>(
            shape: [count, 4],
            scalars: (0..<count * 4).map { index in
                let center: Float = index % 4 == Int(classes[index / 4]) ? 2 : 0
                return center + 0.3 * key.normalFloat(index)
            })
        return .classified(inputs: inputs, classes: classes)
    }

    private func trainer(seed: UInt64 = 1, threads: Int = 2) -> Trainer {
        Trainer(
            model: model(), optimizer: Adam(learningRate: 0.01),
            settings: TrainingSettings(batchSize: 16, seed: seed), pool: WorkerPool(threads: threads))
    }

    private func weights(_ trainer: Trainer) -> [Tensor<Float>?] {
        trainer.model.parameterLayout.entries.map { trainer.parameters.tensor($0.name) }
    }

    @Test func learnsAndReportsWhatItLearnt() throws {
        let trainer = trainer()
        let examples = points(150)
        let outcome = try trainer.fit(examples, test: points(60), epochs: 30)
        #expect(outcome == .finished)
        #expect(trainer.progress.history.map(\.epoch) == Array(1...30))
        let evaluation = trainer.evaluate(examples)
        #expect((evaluation.accuracy ?? 0) > 0.98)
        #expect(evaluation.examples == 150)
        #expect(evaluation.confusion.flatMap(\.self).reduce(0, +) == 150)
        #expect(trainer.progress.history.last?.test == trainer.evaluate(points(60)).score)
        let predictions = trainer.predict(examples)
        #expect(predictions.shape == [150, 3])
        let sums = (0..<150).map { predictions[$0, 0] + predictions[$0, 1] + predictions[$0, 2] }
        #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
    }

    @Test func sameSeedSameBitsWithAnyThreads() throws {
        let reference = trainer(threads: 1)
        try reference.fit(points(50), epochs: 2)
        for threads in 2...4 {
            let other = trainer(threads: threads)
            try other.fit(points(50), epochs: 2)
            #expect(weights(other) == weights(reference))
        }
        let otherSeed = trainer(seed: 2)
        try otherSeed.fit(points(50), epochs: 2)
        #expect(weights(otherSeed) != weights(reference))
    }

    private final class StopAfter: TrainingCallback {
        let request = StopRequest()
        var batches: Int

        init(batches: Int) { self.batches = batches }

        func batchEnded(_ status: BatchStatus, trainer: Trainer) {
            batches -= 1
            if batches == 0 { request.raise() }
        }
    }

    /// Seven batches an epoch: stops within an epoch, at its end, and before anything.
    @Test(arguments: [1, 5, 7, 10, 14]) func aResumedTrainingEndsWithTheSameBits(stopAfter: Int) throws {
        let reference = trainer()
        try reference.fit(points(100), test: points(30), epochs: 3)
        try withTemporaryDirectory { directory in
            let run = Run(directory)
            let interrupted = trainer()
            let stop = StopAfter(batches: stopAfter)
            let outcome = try interrupted.fit(
                points(100), test: points(30), epochs: 3, callbacks: [stop], stop: stop.request)
            #expect(outcome == .stopped)
            try run.save(interrupted, configuration: RunConfiguration(interrupted, modelName: "clusters"))
            let resumed = try run.resume(pool: WorkerPool(threads: 3))
            #expect(resumed.progress == interrupted.progress)
            try resumed.fit(points(100), test: points(30), epochs: 3)
            #expect(weights(resumed) == weights(reference))
            #expect(resumed.progress.history.map(\.train) == reference.progress.history.map(\.train))
            #expect(resumed.progress.history.map(\.test) == reference.progress.history.map(\.test))
        }
    }

    @Test func aFinishedRunLoadsWithOneCall() throws {
        try withTemporaryDirectory { directory in
            let trainer = trainer()
            try trainer.fit(points(40), epochs: 1)
            try Run(directory).save(trainer, configuration: RunConfiguration(trainer, modelName: "clusters"))
            let loaded = try Run(directory).loadModel()
            #expect(loaded.predict(points(10)) == trainer.predict(points(10)))
        }
    }

    @Test func divergenceIsAnErrorThatSaysWhere() throws {
        let trainer = Trainer(model: model(), optimizer: SGD(learningRate: 1e30), pool: WorkerPool(threads: 1))
        let error = #expect(throws: TrainingError.self) { try trainer.fit(self.points(96), epochs: 5) }
        guard case .diverged(let epoch, let batch, let loss) = error else { return }
        #expect(epoch >= 1 && batch >= 1 && !loss.isFinite)
        #expect("\(String(describing: error))".contains("smaller learning rate"))
    }

    @Test func regressionWithMeanSquaredError() throws {
        let key = RandomKey(seed: 4)
        let inputs = Tensor<Float>.normal([200, 2], key: key)
        let targets = Tensor<Float>(
            shape: [200, 1], scalars: (0..<200).map { 3 * inputs[$0, 0] - inputs[$0, 1] + 0.5 })
        let trainer = Trainer(
            model: Sequential(input: [2]) { Dense(1) }, loss: MeanSquaredError(),
            optimizer: SGD(learningRate: 0.1, momentum: 0.9, nesterov: true), pool: WorkerPool(threads: 1))
        try trainer.fit(.paired(inputs: inputs, targets: targets), epochs: 40)
        let kernel = try #require(trainer.parameters.tensor("dense1.kernel"))
        #expect(abs(kernel[0, 0] - 3) < 1e-3 && abs(kernel[1, 0] + 1) < 1e-3)
        #expect(trainer.progress.history.last?.train.accuracy == nil)
        #expect(trainer.evaluate(.paired(inputs: inputs, targets: targets)).accuracy == nil)
    }

    @Test func imagesAreOneHotForCategoricalCrossEntropy() throws {
        let images = SyntheticImages.generate(train: 64, test: 32, seed: 1)
        func losses(_ loss: any Loss) throws -> [Double] {
            let trainer = Trainer(
                model: ModelLibrary.kerasCNN(), loss: loss, pool: WorkerPool(threads: 2))
            try trainer.fit(.images(images.train), epochs: 1)
            return trainer.progress.history.map(\.train.loss)
        }
        let sparse = try losses(SparseCategoricalCrossEntropy())
        let dense = try losses(CategoricalCrossEntropy())
        #expect(abs(sparse[0] - dense[0]) < 1e-4)
    }
}
