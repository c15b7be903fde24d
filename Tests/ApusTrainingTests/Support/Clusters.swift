import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining

/// A training that takes milliseconds: points of three clusters.
enum Clusters {
    static func points(_ count: Int, from first: Int = 0) -> Examples {
        let key = RandomKey(seed: 11)
        let classes = (first..<first + count).map { Int32($0 % 3) }
        let inputs = Tensor<Float>(
            shape: [count, 4],
            scalars: (0..<count * 4).map { index in
                (index % 4 == Int(classes[index / 4]) ? 2 : 0) + 0.9 * key.normalFloat(first * 4 + index)
            })
        return .classified(inputs: inputs, classes: classes)
    }

    static func trainer(learningRate: Double = 0.01, threads: Int = 1) -> Trainer {
        Trainer(
            model: Sequential(input: [4]) {
                Dense(16, activation: .relu)
                Dense(3, activation: .softmax)
            }, optimizer: Adam(learningRate: learningRate), settings: TrainingSettings(batchSize: 16),
            pool: WorkerPool(threads: threads))
    }

    static func configuration(_ trainer: Trainer) -> RunConfiguration {
        RunConfiguration(trainer, modelName: "clusters", classNames: ["a", "b", "c"])
    }
}

/// Stops a training after some batches.
final class StopAfter: TrainingCallback {
    let request = StopRequest()
    private var batches: Int

    init(batches: Int) { self.batches = batches }

    func batchEnded(_ status: BatchStatus, trainer: Trainer) {
        batches -= 1
        if batches == 0 { request.raise() }
    }
}

/// What a process that is killed looks like to those that come after it: nothing is told of an end.
struct Killed: Error {}

/// Ends a training by an error: after a batch of an epoch, or at the epoch's end.
final class Kill: TrainingCallback {
    private let epoch: Int
    private let batch: Int?

    init(inEpoch epoch: Int, afterBatch batch: Int? = nil) {
        self.epoch = epoch
        self.batch = batch
    }

    func batchEnded(_ status: BatchStatus, trainer: Trainer) throws {
        if status.epoch == epoch, status.batch == batch { throw Killed() }
    }

    func epochEnded(_ record: EpochRecord, trainer: Trainer) throws {
        if record.epoch == epoch { throw Killed() }
    }
}
