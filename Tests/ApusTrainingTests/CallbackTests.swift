import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Testing

@Suite struct CallbackTests {
    private func trainer() -> Trainer {
        Trainer(
            model: Sequential(input: [2]) { Dense(2, activation: .softmax) }, optimizer: SGD(),
            settings: TrainingSettings(batchSize: 4), pool: WorkerPool(threads: 1))
    }

    private let examples = Examples.classified(
        inputs: Tensor<Float>.normal([8, 2], key: RandomKey(seed: 1)), classes: [0, 1, 0, 1, 0, 1, 0, 1])

    @Test func hearsOfEverythingInOrder() throws {
        let recorder = Recorder()
        let trainer = trainer()
        #expect(try trainer.fit(examples, epochs: 2, callbacks: [recorder]) == .finished)
        let epoch = ["batch 1", "ended 1", "batch 2", "ended 2"]
        #expect(
            recorder.events == ["began", "epoch 1"] + epoch + ["record 1", "epoch 2"] + epoch
                + ["record 2", "end finished"])
    }

    @Test func mayEndTheTrainingEarly() throws {
        let recorder = Recorder()
        recorder.lastEpoch = 1
        let trainer = trainer()
        #expect(try trainer.fit(examples, epochs: 5, callbacks: [recorder]) == .endedEarly)
        #expect(trainer.progress.epoch == 1)
        #expect(recorder.events.last == "end endedEarly")
        // Nothing of it is left for the next call.
        recorder.lastEpoch = nil
        #expect(try trainer.fit(examples, epochs: 5, callbacks: [recorder]) == .finished)
        #expect(trainer.progress.epoch == 5)
    }

    @Test func aStopInsideAnEpochIsNotItsEnd() throws {
        let recorder = Recorder()
        recorder.stop = StopRequest()
        let trainer = trainer()
        #expect(
            try trainer.fit(examples, epochs: 2, callbacks: [recorder], stop: try #require(recorder.stop)) == .stopped)
        #expect(recorder.events == ["began", "epoch 1", "batch 1", "ended 1", "end stopped"])
        recorder.events = []
        try trainer.fit(examples, epochs: 1, callbacks: [recorder])
        #expect(recorder.events == ["began", "batch 2", "ended 2", "record 1", "end finished"])
    }

    @Test func anErrorEndsTheTraining() throws {
        struct Refusal: Error {}
        final class Refusing: TrainingCallback {
            func batchBegan(_ batch: Int, trainer: Trainer) throws { if batch == 2 { throw Refusal() } }
        }
        let trainer = trainer()
        #expect(throws: Refusal.self) { try trainer.fit(self.examples, epochs: 2, callbacks: [Refusing()]) }
        #expect(trainer.progress.step == 1)
    }
}

private final class Recorder: TrainingCallback {
    var events: [String] = []
    var lastEpoch: Int?
    /// Raised after the first batch.
    var stop: StopRequest?

    func trainingBegan(_ trainer: Trainer) { events.append("began") }
    func epochBegan(_ epoch: Int, trainer: Trainer) { events.append("epoch \(epoch)") }
    func batchBegan(_ batch: Int, trainer: Trainer) { events.append("batch \(batch)") }
    func batchEnded(_ status: BatchStatus, trainer: Trainer) {
        events.append("ended \(status.batch)")
        stop?.raise()
    }
    func epochEnded(_ record: EpochRecord, trainer: Trainer) {
        events.append("record \(record.epoch)")
        if record.epoch == lastEpoch { trainer.endEarly() }
    }
    func trainingEnded(_ outcome: Trainer.Outcome, trainer: Trainer) { events.append("end \(outcome)") }
}
