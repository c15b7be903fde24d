import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTraining
import Foundation

/// Whole epochs of a training of CIFAR-10's size, watched by nobody and by all callbacks: what watching costs.
enum CallbackSuite {
    private static let batch = 128
    private static let images = 50_000

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
            let epochs = WatchedEpochs(problem, images: images, isWatched: side == "all", pool: options.pools[threads])
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    epochs.runOne()
                    if let missing = epochs.missingFile { throw WrongResult("\(missing) was not written") }
                },
                run: { epochs.runOne() })
        }
        workload.flops = problem.flops(isTraining: true, .auto) * Double(images) / Double(batch)
        workload.images = Double(images)
        workload.sampling = .everyRun
        workload.weight = 100
        return workload
    }
}

/// A training that goes on epoch by epoch, with the files of its callbacks in a temporary directory.
private final class WatchedEpochs {
    private let steps: TrainingSteps
    private let directory: String
    private let callbacks: [any TrainingCallback]
    private let files: [String]

    init(_ problem: NetworkProblem, images count: Int, isWatched: Bool, pool: WorkerPool) {
        let drawn = SyntheticImages.generate(train: count / 10, test: 0, pool: pool).train
        let images = drawn.subset((0..<count).map { $0 % drawn.count })
        let trainer = Trainer(
            model: problem.model, settings: TrainingSettings(batchSize: problem.batch), pool: pool)
        steps = TrainingSteps(trainer, on: .images(images), epochs: Self.epochs)
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

    func runOne() {
        do {
            _ = try steps.trainer.trainEpoch(
                steps, epochs: Self.epochs, validation: nil, test: nil, callbacks: callbacks, stop: StopRequest())
        } catch {
            preconditionFailure("callbacks: \(error)")
        }
    }

    /// What should have been written and is not there.
    var missingFile: String? { files.first { !FileManager.default.fileExists(atPath: "\(directory)/\($0)") } }
}
