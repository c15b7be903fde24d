import Apus
import Foundation

extension TrainCommand {
    /// A training from its start, as the options describe it.
    func newJob(_ signals: InterruptSignals) async throws -> TrainingJob {
        let model = try checkedModel()
        let directory = try RunDirectory(output, model: options.model ?? TrainOptions.defaultModel)
        do {
            return try await newJob(model, directory, signals)
        } catch {
            directory.removeIfUnused()
            throw error
        }
    }

    private func newJob(
        _ model: Sequential, _ directory: RunDirectory, _ signals: InterruptSignals
    ) async throws -> TrainingJob {
        let data = try await LabelledData.load(
            DataSource(self.data.data), archive: archive.archive, signals: signals)
        let seed = options.seed ?? 1
        let fraction = options.validationFraction ?? 0
        let images = try TrainingImages(data, limit: options.limit, validationFraction: fraction, seed: seed)
        if let batchSize = options.batchSize, batchSize > images.train.count {
            throw UsageError(
                "--batch-size is \(Numbers.grouped(batchSize)), there are \(Numbers.grouped(images.train.count)) "
                    + "training images")
        }
        let trainer = Trainer(
            model: model, optimizer: newOptimizer,
            settings: TrainingSettings(
                batchSize: options.batchSize ?? 32, seed: seed, algorithm: options.algorithm ?? .auto,
                algorithmTable: try TunedKernels.ofThisMachine(), precision: options.precision ?? .float32),
            pool: threads.pool)
        let epochs = options.epochs ?? 10
        var notes = [
            SavedRun.Note.data: data.source, SavedRun.Note.epochs: "\(epochs)",
            SavedRun.Note.validationFraction: "\(fraction)",
        ]
        notes[SavedRun.Note.limit] = options.limit.map(String.init)
        let configuration = RunConfiguration(
            trainer, modelName: options.model ?? TrainOptions.defaultModel, classNames: data.train.classNames,
            notes: notes)
        return TrainingJob(
            run: Run(directory.path), newDirectory: directory, trainer: trainer, configuration: configuration,
            images: images, epochs: epochs, threads: threads.count)
    }

    private var newOptimizer: any Optimizer {
        switch options.optimizer ?? .adam {
        case .adam: Adam(learningRate: options.learningRate ?? 1e-3)
        case .sgd: SGD(learningRate: options.learningRate ?? 0.01, momentum: options.momentum ?? 0)
        }
    }

    /// The network, where this machine has the memory for it.
    private func checkedModel() throws -> Sequential {
        let name = options.model ?? TrainOptions.defaultModel
        let imageSize = options.imageSize ?? TrainOptions.defaultImageSize
        guard let model = ModelLibrary.model(named: name, imageSize: imageSize) else {
            throw UsageError("--model is \(name), there are: \(ModelLibrary.names.joined(separator: ", "))")
        }
        let copies = 2 + newOptimizer.stateNames.count
        let bytes = copies * model.parameterLayout.count * MemoryLayout<Float>.stride
        let memory = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        if bytes > memory {
            throw UsageError(
                "--image-size \(imageSize): weights, gradients and optimizer state take \(Numbers.bytes(bytes)), "
                    + "this machine has \(Numbers.bytes(memory)) of memory")
        }
        return model
    }
}
