import Apus
import Foundation

extension TrainCommand {
    /// A training from its start, as the options describe it.
    func newJob(_ signals: InterruptSignals) async throws -> TrainingJob {
        let source = try transfer.source()
        let name = try ModelChoice(name: options.model, imageSize: options.imageSize).name
        let directory = try RunDirectory(output, model: options.model ?? source?.run.configuration.modelName ?? name)
        do {
            return try await newJob(try newSettings, source, directory, signals)
        } catch {
            directory.removeIfUnused()
            throw error
        }
    }

    private var newSettings: TrainingSettings {
        get throws {
            let algorithm = options.algorithm ?? .auto
            let (batchSize, parts) = (options.batchSize ?? 32, optimization.accumulate ?? 1)
            guard batchSize % parts == 0 else {
                throw UsageError("--accumulate is \(parts), --batch-size \(batchSize) is no multiple of it")
            }
            return TrainingSettings(
                batchSize: batchSize, accumulation: parts, seed: options.seed ?? 1,
                schedule: try optimization.newSchedule, clipping: optimization.clipping,
                weightAverage: optimization.average.map { WeightAverage(decay: $0) }, algorithm: algorithm,
                algorithmTable: try .tuned(for: algorithm), precision: options.precision ?? .float32,
                augmentation: try regularization.augmentation)
        }
    }

    private func newJob(
        _ settings: TrainingSettings, _ source: TransferSource?, _ directory: RunDirectory, _ signals: InterruptSignals
    ) async throws -> TrainingJob {
        let ownSize = options.model == nil ? source?.run.imageSize : nil
        let data = try await LabelledData.load(
            DataSource(self.data.data), imageSize: options.imageSize ?? ownSize ?? ModelChoice.defaultImageSize,
            archive: archive.archive, signals: signals)
        let model = try choice(source, data)
        let images = try TrainingImages(
            data, limit: options.limit, validationFraction: options.validationFraction ?? 0, seed: settings.seed)
        if let batchSize = options.batchSize, batchSize > images.train.count {
            throw UsageError(
                "--batch-size is \(Numbers.grouped(batchSize)), there are \(Numbers.grouped(images.train.count)) "
                    + "training images")
        }
        try check(settings.augmentation, images.train)
        let network = try transfer.freezing(model.network)
        try checkMemory(network, model.imageSize, settings)
        let trainer = Trainer(
            model: network, loss: try regularization.loss, optimizer: optimization.newOptimizer, settings: settings,
            pool: threads.pool)
        try source?.initialize(trainer, .standard)
        let epochs = options.epochs ?? 10
        let configuration = RunConfiguration(
            trainer, modelName: model.name, classNames: data.train.classNames, notes: notes(data, epochs: epochs))
        return TrainingJob(
            run: Run(directory.path), newDirectory: directory, trainer: trainer, configuration: configuration,
            images: images, epochs: epochs, threads: threads.count)
    }

    /// The network that is asked for, or that of the run whose weights it begins with.
    private func choice(_ source: TransferSource?, _ data: LabelledData) throws -> ModelChoice {
        guard let source, options.model == nil else {
            return try ModelChoice(
                name: options.model, imageSize: options.imageSize, data: data, regularization: regularization)
        }
        if regularization.dropout != nil || regularization.l2 != nil {
            throw UsageError("--dropout and --l2 make a new network: give --model, or take the run's as it is")
        }
        if let asked = options.imageSize, asked != source.run.imageSize {
            throw UsageError("--image-size is \(asked), the run's network takes \(source.run.imageSize)")
        }
        return try ModelChoice(source, data: data)
    }

    private func check(_ augmentation: Augmentation?, _ images: ImageSet) throws {
        if let mistake = augmentation?.mistake(height: images.height, width: images.width) {
            throw UsageError("--augment \(mistake)")
        }
    }

    private func notes(_ data: LabelledData, epochs: Int) -> [String: String] {
        var notes = [
            SavedRun.Note.data: data.source, SavedRun.Note.epochs: "\(epochs)",
            SavedRun.Note.validationFraction: "\(options.validationFraction ?? 0)",
        ]
        notes[SavedRun.Note.limit] = options.limit.map(String.init)
        for group in recordedOptions { notes.merge(group.notes) { $1 } }
        return notes
    }

    /// Stops where this machine has not the memory for a training.
    private func checkMemory(_ network: Sequential, _ imageSize: Int, _ settings: TrainingSettings) throws {
        let work = PlannedWork(
            model: network, batchSize: settings.microBatchSize, purpose: .training,
            optimizer: optimization.newOptimizer,
            algorithm: settings.algorithm, table: settings.algorithmTable, precision: settings.precision,
            threads: threads.count)
        // The images are loaded by now, and are part of what the program takes.
        let needed = PlannedMemory(work, images: 0).total
        let available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        if needed > available {
            throw UsageError(
                "--image-size \(imageSize) and --batch-size \(settings.batchSize) take \(Numbers.bytes(needed)), "
                    + "this machine has \(Numbers.bytes(available)) of memory; --accumulate takes less, apus plan says what for"
            )
        }
    }
}
