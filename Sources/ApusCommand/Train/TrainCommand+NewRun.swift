import Apus
import Foundation

extension TrainCommand {
    /// A training from its start, as the options describe it.
    func newJob(_ signals: InterruptSignals) async throws -> TrainingJob {
        let name = try ModelChoice(name: options.model, imageSize: options.imageSize).name
        let algorithm = options.algorithm ?? .auto
        let settings = TrainingSettings(
            batchSize: options.batchSize ?? 32, seed: options.seed ?? 1, algorithm: algorithm,
            algorithmTable: try .tuned(for: algorithm), precision: options.precision ?? .float32)
        let directory = try RunDirectory(output, model: name)
        do {
            return try await newJob(settings, directory, signals)
        } catch {
            directory.removeIfUnused()
            throw error
        }
    }

    private func newJob(
        _ settings: TrainingSettings, _ directory: RunDirectory, _ signals: InterruptSignals
    ) async throws -> TrainingJob {
        let data = try await LabelledData.load(
            DataSource(self.data.data), imageSize: options.imageSize ?? ModelChoice.defaultImageSize,
            archive: archive.archive, signals: signals)
        let model = try ModelChoice(name: options.model, imageSize: options.imageSize, data: data)
        let fraction = options.validationFraction ?? 0
        let images = try TrainingImages(data, limit: options.limit, validationFraction: fraction, seed: settings.seed)
        if let batchSize = options.batchSize, batchSize > images.train.count {
            throw UsageError(
                "--batch-size is \(Numbers.grouped(batchSize)), there are \(Numbers.grouped(images.train.count)) "
                    + "training images")
        }
        try checkMemory(model, settings)
        let trainer = Trainer(
            model: model.network, optimizer: newOptimizer, settings: settings, pool: threads.pool)
        let epochs = options.epochs ?? 10
        var notes = [
            SavedRun.Note.data: data.source, SavedRun.Note.epochs: "\(epochs)",
            SavedRun.Note.validationFraction: "\(fraction)",
        ]
        notes[SavedRun.Note.limit] = options.limit.map(String.init)
        notes[SavedRun.Note.watch] = try TrainingWatch(watch, hasValidation: images.validation != nil).note()
        let configuration = RunConfiguration(
            trainer, modelName: model.name, classNames: data.train.classNames, notes: notes)
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

    /// Stops where this machine has not the memory for a training.
    private func checkMemory(_ model: ModelChoice, _ settings: TrainingSettings) throws {
        let work = PlannedWork(
            model: model.network, batchSize: settings.batchSize, purpose: .training, optimizer: newOptimizer,
            algorithm: settings.algorithm, table: settings.algorithmTable, precision: settings.precision,
            threads: threads.count)
        // The images are loaded by now, and are part of what the program takes.
        let needed = PlannedMemory(work, images: 0).total
        let available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        if needed > available {
            throw UsageError(
                "--image-size \(model.imageSize) and --batch-size \(settings.batchSize) take \(Numbers.bytes(needed)), "
                    + "this machine has \(Numbers.bytes(available)) of memory; apus plan says what for")
        }
    }
}
