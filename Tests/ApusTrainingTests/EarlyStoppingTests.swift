import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

@Suite struct EarlyStoppingTests {
    private struct Case: Decodable {
        let quantity: String
        let patience: Int
        let minDelta: Double
        let baseline: Double?
        let values: [Double]
        let ended: Int?
        let best: Int

        /// Epochs whose monitored quantity takes the case's values, and whose other quantities say otherwise.
        var history: [EpochRecord] {
            values.enumerated().map { index, value in
                let isLoss = quantity == "val_loss"
                let other = Double(index)
                return EpochRecord(
                    epoch: index + 1, train: Score(loss: other, accuracy: -other),
                    validation: Score(loss: isLoss ? value : other, accuracy: isLoss ? -other : value), seconds: 1,
                    imagesPerSecond: 1)
            }
        }
    }

    /// Fixtures/early_stopping.json is made by reference/early_stopping.py.
    @Test func endsWhereKerasDoes() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: URL(fileURLWithPath: Fixture.path("early_stopping.json")))
        let cases = try decoder.decode([Case].self, from: data)
        #expect(cases.count == 120)
        for (number, one) in cases.enumerated() {
            let monitor = Monitor(
                one.quantity == "val_loss" ? .validationLoss : .validationAccuracy, minimumChange: one.minDelta)
            let stopping = EarlyStopping(monitor, patience: one.patience, baseline: one.baseline)
            let history = one.history
            let ended = (1...history.count).first { stopping.ends(after: Array(history.prefix($0))) }
            #expect(ended == one.ended, "case \(number)")
            let seen = Array(history.prefix(ended ?? history.count))
            #expect(monitor.best(of: seen)?.epoch == one.best, "case \(number)")
            if ended != nil { #expect(stopping.ends(after: history), "case \(number): an end is final") }
        }
    }

    @Test func aValueThatIsNoNumberIsNoProgress() {
        let monitor = Monitor(.trainLoss)
        let history = [1.0, .nan, .nan, 0.5].enumerated().map {
            EpochRecord(epoch: $0 + 1, train: Score(loss: $1, accuracy: nil), seconds: 1, imagesPerSecond: 1)
        }
        let stopping = EarlyStopping(monitor, patience: 2)
        #expect(!stopping.ends(after: Array(history.prefix(2))))
        #expect(stopping.ends(after: Array(history.prefix(3))))
        #expect(monitor.best(of: history)?.epoch == 4)
        #expect(monitor.best(of: Array(history[1...2])) == nil)
    }

    private let monitor = Monitor(.validationLoss)

    /// A training with a rate at which the loss soon rises again.
    private func train(
        _ trainer: Trainer, _ run: Run, watchers: [any TrainingCallback] = [], stop: StopRequest = StopRequest()
    ) throws -> Trainer.Outcome {
        try trainer.fit(
            Clusters.points(96), validation: Clusters.points(60, from: 96), epochs: 60,
            callbacks: watchers + [
                EarlyStopping(monitor, patience: 3, restoringFrom: run),
                CheckpointWriter(run, configuration: Clusters.configuration(trainer), best: monitor),
            ], stop: stop)
    }

    @Test func takesBackTheBestWeights() throws {
        try withTemporaryDirectory { directory in
            let run = Run(directory)
            let trainer = Clusters.trainer(learningRate: 0.05)
            #expect(try train(trainer, run) == .endedEarly)
            let history = trainer.progress.history
            let best = try #require(monitor.best(of: history))
            #expect(history.count == best.epoch + 3 && best.epoch > 1)
            #expect(trainer.evaluate(Clusters.points(60, from: 96)).loss == best.validation?.loss)
            #expect(try run.loadModel().evaluate(Clusters.points(60, from: 96)).loss == best.validation?.loss)
            #expect(history.last?.validation != best.validation)
        }
    }

    @Test(arguments: [3, 12, 22]) func anInterruptedTrainingEndsWithTheSameBits(batches: Int) throws {
        try withTemporaryDirectory { directory in
            let (whole, parts) = (Run("\(directory)/whole"), Run("\(directory)/parts"))
            try whole.prepare()
            try parts.prepare()
            #expect(try train(Clusters.trainer(learningRate: 0.05), whole) == .endedEarly)

            let stop = StopAfter(batches: batches)
            let stopped = Clusters.trainer(learningRate: 0.05)
            #expect(try train(stopped, parts, watchers: [stop], stop: stop.request) == .stopped)
            #expect(try train(try parts.resume(), parts) == .endedEarly)
            for file in ["model.safetensors", "best.safetensors"] {
                let bytes = try ["whole", "parts"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\($0)/\(file)"))
                }
                let isSame = bytes[0] == bytes[1]
                #expect(isSame, "\(file)")
            }
            // It has ended for good.
            let again = try parts.resume()
            let epochs = again.progress.epoch
            #expect(try train(again, parts) == .endedEarly)
            #expect(again.progress.epoch == epochs)
        }
    }

    @Test func saysWhatIsWrongWithTheBestWeights() throws {
        try withTemporaryDirectory { directory in
            let run = Run(directory)
            _ = try train(Clusters.trainer(learningRate: 0.05), run)
            let path = "\(directory)/best.safetensors"
            let trainer = Clusters.trainer(learningRate: 0.05)
            try trainer.fit(Clusters.points(96), epochs: 1)
            // The weights of another epoch, as if another program had put them there.
            let other = Run("\(directory)/other")
            try other.prepare()
            try other.save(trainer, configuration: Clusters.configuration(trainer))
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: "\(directory)/other/model.safetensors", toPath: path)
            let wrong = #expect(throws: FileError.self) { _ = try train(try run.resume(), run) }
            #expect("\(String(describing: wrong))".contains("the weights of epoch 1"))
            try FileManager.default.removeItem(atPath: path)
            let missing = #expect(throws: FileError.self) { _ = try train(try run.resume(), run) }
            #expect("\(String(describing: missing))".contains(path))
        }
    }
}
