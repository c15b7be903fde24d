import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTraining
import Foundation

/// Whole epochs of a training of CIFAR-10's size, watched by nobody and by all callbacks: what watching costs. It is far less than
/// what a machine's speed changes by from one epoch to the next, so that the two take turns within an epoch.
enum CallbackSuite {
    private static let batch = 128
    private static let images = 50_000
    /// An epoch is so many slices of as many batches each.
    private static let slices = 23

    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        options.threads.map { threads in
            let sides = ["none", "all"].filter(options.includes)
            return Scenario("callbacks", sides.map { workload($0, threads: threads, options) })
        }
    }

    private static func workload(_ side: String, threads: Int, _ options: SuiteOptions) -> Workload {
        let problem = NetworkProblem(imageSize: 32, batch: batch)
        var workload = Workload(
            .init(
                suite: "callbacks", name: "\(problem.name), an epoch", algorithm: side, threads: threads, batch: batch,
                metric: .imageRate)
        ) {
            let training = WatchedTraining(
                problem, images: images, slices: slices, isWatched: side == "all", pool: options.pools[threads])
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    for _ in 0..<slices { training.runSlice() }
                    if let missing = training.missingFile { throw WrongResult("\(missing) was not written") }
                },
                run: { training.runSlice() })
        }
        workload.flops = problem.flops(isTraining: true, .auto) * Double(images) / Double(batch)
        workload.images = Double(images)
        workload.sampling = .slices(slices)
        workload.weight = 100
        return workload
    }
}

/// A training that goes on slice by slice of its epochs, with the files of its callbacks in a temporary directory.
private final class WatchedTraining {
    private let steps: TrainingSteps
    private let directory: String
    private let callbacks: [any TrainingCallback]
    private let slice: Slice
    private let files: [String]

    init(_ problem: NetworkProblem, images count: Int, slices: Int, isWatched: Bool, pool: WorkerPool) {
        let drawn = SyntheticImages.generate(train: count / 10, test: 0, pool: pool).train
        let images = drawn.subset((0..<count).map { $0 % drawn.count })
        let trainer = Trainer(
            model: problem.model, settings: TrainingSettings(batchSize: problem.batch), pool: pool)
        steps = TrainingSteps(trainer, on: .images(images), epochs: Self.epochs)
        slice = Slice(batches: (steps.stepsPerEpoch + slices - 1) / slices)
        directory = NSTemporaryDirectory() + "apus-callbacks-\(UUID().uuidString)"
        let run = Run(directory)
        let monitor = Monitor(.trainLoss)
        callbacks =
            isWatched
            ? [
                CSVLog(path: "\(directory)/log.csv"),
                TensorBoardWriter(directory: "\(directory)/tensorboard", images: images),
                EarlyStopping(monitor, patience: Self.epochs, restoringFrom: run),
                CheckpointWriter(
                    run, configuration: RunConfiguration(trainer, modelName: problem.name), best: monitor, keptEpochs: 3
                ),
            ] : []
        files = isWatched ? ["log.csv", "model.safetensors", "best.safetensors", "tensorboard/train"] : []
        do {
            try run.prepare()
            for callback in callbacks { try callback.trainingBegan(trainer) }
        } catch {
            preconditionFailure("callbacks: \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Longer than any measurement.
    private static let epochs = 100_000

    func runSlice() {
        do {
            _ = try steps.trainer.trainEpoch(
                steps, epochs: Self.epochs, validation: nil, test: nil, callbacks: callbacks + [slice],
                stop: slice.begin())
        } catch {
            preconditionFailure("callbacks: \(error)")
        }
    }

    /// What should have been written and is not there.
    var missingFile: String? { files.first { !FileManager.default.fileExists(atPath: "\(directory)/\($0)") } }
}

/// Stops a training amid an epoch after so many batches.
private final class Slice: TrainingCallback {
    private let batches: Int
    private var stop = StopRequest()

    init(batches: Int) { self.batches = batches }

    func begin() -> StopRequest {
        stop = StopRequest()
        return stop
    }

    func batchEnded(_ status: BatchStatus, trainer: Trainer) {
        if status.batch % batches == 0 && status.batch < status.batches { stop.raise() }
    }
}
