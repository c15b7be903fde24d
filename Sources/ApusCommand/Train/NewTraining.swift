import Apus
import Foundation

/// A training that begins, as options describe it.
struct NewTraining {
    let options: TrainOptions
    let optimization: OptimizerOptions
    let regularization: RegularizationOptions
    let transfer: TransferOptions
    let threads: ThreadOptions
    /// What the training is made of, where options do not say it.
    let recipe: Recipe?

    /// What is trained, ready for its first step.
    struct Prepared {
        let trainer: Trainer
        let modelName: String
    }

    /// Passes over the training images.
    var epochs: Int { options.epochs ?? recipe?.epochs ?? 10 }

    var settings: TrainingSettings {
        get throws {
            if let recipe { return try settings(of: recipe) }
            let algorithm = options.algorithm ?? .auto
            let (batchSize, parts) = (options.batchSize ?? 32, optimization.accumulate ?? 1)
            guard batchSize % parts == 0 else {
                throw UsageError("--accumulate is \(parts), --batch-size \(batchSize) is no multiple of it")
            }
            return TrainingSettings(
                batchSize: batchSize, accumulation: parts,
                selection: optimization.select.map { ExampleSelection(share: $0) },
                seed: options.seed ?? 1,
                schedule: try optimization.newSchedule, clipping: optimization.clipping,
                weightAverage: optimization.average.map { WeightAverage(decay: $0) }, algorithm: algorithm,
                algorithmTable: try .tuned(for: algorithm, options.precision ?? .float32),
                precision: options.precision ?? .float32,
                augmentation: try regularization.augmentation)
        }
    }

    /// A recipe's settings with what options say of them.
    private func settings(of recipe: Recipe) throws -> TrainingSettings {
        var settings = recipe.settings
        settings.batchSize = options.batchSize ?? settings.batchSize
        settings.seed = options.seed ?? settings.seed
        settings.precision = options.precision ?? settings.precision
        settings.algorithm = options.algorithm ?? settings.algorithm
        if settings.algorithmTable == AlgorithmTable() {
            settings.algorithmTable = try .tuned(for: settings.algorithm, settings.precision)
        }
        if let mistake = settings.mistake { throw UsageError("--recipe \(recipe.name): \(mistake)") }
        return settings
    }

    /// The images, cut as asked for.
    func images(_ data: LabelledData) throws -> TrainingImages {
        try TrainingImages(
            data, limit: options.limit, validationFraction: options.validationFraction ?? 0, seed: options.seed ?? 1)
    }

    /// Loads the data in the size that the network will take.
    func load(
        _ data: DataOptions, _ archive: ArchiveOptions, _ source: TransferSource?, _ signals: InterruptSignals
    ) async throws -> LabelledData {
        let ownSize = options.model == nil ? source?.run.imageSize ?? recipe?.model.inputShape[0] : nil
        return try await LabelledData.load(
            DataSource(data.data), imageSize: options.imageSize ?? ownSize ?? ModelChoice.defaultImageSize,
            archive: archive.archive, signals: signals)
    }

    /// The network with the weights with which it begins.
    func prepare(_ data: LabelledData, _ train: ImageSet, _ source: TransferSource?) throws -> Prepared {
        let (settings, model) = (try settings, try choice(source, data))
        let taken = settings.selection?.count(of: train.count) ?? train.count
        if settings.batchSize > taken, options.batchSize != nil || settings.dropsIncompleteBatch {
            throw UsageError(
                "--batch-size is \(Numbers.grouped(settings.batchSize)), an epoch has \(Numbers.grouped(taken)) training images"
            )
        }
        if let mistake = settings.augmentation?.mistake(height: train.height, width: train.width) {
            throw UsageError("--augment \(mistake)")
        }
        let network = try transfer.freezing(model.network)
        try checkMemory(network, model.imageSize, settings)
        let trainer = Trainer(
            model: network, loss: try recipe?.loss ?? regularization.loss, optimizer: optimizer, settings: settings,
            pool: threads.pool)
        try recipe?.whitening.map { try trainer.initialize($0, from: train) }
        try source?.initialize(trainer, .standard)
        return Prepared(trainer: trainer, modelName: model.name)
    }

    private var optimizer: any Optimizer { recipe?.optimizer ?? optimization.newOptimizer }

    /// The network that is asked for, or that of the run whose weights it begins with.
    private func choice(_ source: TransferSource?, _ data: LabelledData) throws -> ModelChoice {
        if let recipe { return try ModelChoice(recipe, data: data) }
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

    /// Stops where this machine has not the memory for a training.
    private func checkMemory(_ network: Sequential, _ imageSize: Int, _ settings: TrainingSettings) throws {
        let totals = settings.models(network).map { network in
            let work = PlannedWork(
                model: network, batchSize: settings.microBatchSize, purpose: .training, optimizer: optimizer,
                algorithm: settings.algorithm, table: settings.algorithmTable, precision: settings.precision,
                threads: threads.count)
            // The images are loaded by now, and are part of what the program takes.
            return PlannedMemory(work, images: 0).total
        }
        let needed = totals.max() ?? 0
        let available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        if needed > available {
            throw UsageError(
                "--image-size \(imageSize) and --batch-size \(settings.batchSize) take \(Numbers.bytes(needed)), "
                    + "this machine has \(Numbers.bytes(available)) of memory; --accumulate takes less, apus plan says what for"
            )
        }
    }
}
