import ApusParallel

/// Saves a training as a run: after every epoch and at the end as `model.safetensors`, and where asked also its best epoch as
/// `best.safetensors`, the last epochs as `checkpoints/epoch-0007.safetensors`, and every so many steps within an epoch.
///
/// Its place is after callbacks that note what an epoch gave and after ``EarlyStopping``: a program that ends between two of
/// them then goes on from the epoch before, and they note the same once more.
public final class CheckpointWriter: TrainingCallback {
    private let run: Run
    private let configuration: RunConfiguration
    private let best: Monitor?
    private let keptEpochs: Int
    private let stepInterval: Int?

    /// Saves a training in a run's directory.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - configuration: What it is made of.
    ///   - best: By what the best epoch is known, if it is to be kept.
    ///   - keptEpochs: How many of the last epochs are kept beside it.
    ///   - stepInterval: Steps after which a training is saved within an epoch, too.
    public init(
        _ run: Run, configuration: RunConfiguration, best: Monitor? = nil, keptEpochs: Int = 0,
        stepInterval: Int? = nil
    ) {
        require(keptEpochs >= 0, "CheckpointWriter: keeps \(keptEpochs) epochs, expected at least 0")
        require(
            (stepInterval ?? 1) >= 1, "CheckpointWriter: saves every \(stepInterval ?? 1) steps, expected at least 1")
        self.run = run
        self.configuration = configuration
        self.best = best
        self.keptEpochs = keptEpochs
        self.stepInterval = stepInterval
    }

    /// Saves where the step calls for it; the last one of an epoch is saved with what its evaluation gives.
    public func batchEnded(_ status: BatchStatus, trainer: Trainer) throws {
        guard let stepInterval, trainer.progress.step % stepInterval == 0, status.batch < status.batches else { return }
        try run.save(trainer, configuration: configuration)
    }

    /// Saves the epoch.
    public func epochEnded(_ record: EpochRecord, trainer: Trainer) throws {
        // Before the run itself: its history must not name a best epoch whose weights are not there.
        if let best {
            best.check(record, for: "CheckpointWriter")
            if best.best(of: trainer.progress.history) == record { try run.saveBest(trainer) }
        }
        if keptEpochs > 0 { try run.saveEpoch(trainer) }
        try run.save(trainer, configuration: configuration)
        if keptEpochs > 0 { try run.removeEpochs(before: record.epoch - keptEpochs + 1) }
    }

    /// Saves the training as it ended.
    public func trainingEnded(_ outcome: Trainer.Outcome, trainer: Trainer) throws {
        try run.save(trainer, configuration: configuration)
    }
}
