import ApusParallel

/// Ends a training that no longer gets better: when for `patience` epochs in a row the monitored quantity has improved on its
/// best value by no more than the monitor's minimal change, as Keras's callback of this name.
///
/// Whether a training ends depends on its history alone, so that an interrupted one ends where an uninterrupted one does.
/// It can take back the weights of its best epoch, which a ``CheckpointWriter`` of the same run and monitor, placed after it,
/// has left on disk. The optimizer's state stays that of the last epoch.
///
/// ```swift
/// let monitor = Monitor(.validationLoss)
/// let callbacks: [any TrainingCallback] = [
///     EarlyStopping(monitor, patience: 5, restoringFrom: run),
///     CheckpointWriter(run, configuration: configuration, best: monitor),
/// ]
/// ```
public final class EarlyStopping: TrainingCallback {
    /// What must get better.
    public let monitor: Monitor
    /// Epochs without progress after which the training ends.
    public let patience: Int
    /// What must be surpassed for an epoch to count as progress; `nil` where any progress does.
    public let baseline: Double?
    private let run: Run?

    /// Ends a training without progress.
    ///
    /// - Parameters:
    ///   - monitor: What must get better.
    ///   - patience: Epochs without progress after which the training ends; the first one ends it where this is 0.
    ///   - baseline: What must be surpassed for an epoch to count as progress.
    ///   - run: Where the weights of the best epoch are taken from at such an end; they are left as they are without it.
    public init(_ monitor: Monitor, patience: Int, baseline: Double? = nil, restoringFrom run: Run? = nil) {
        require(patience >= 0, "EarlyStopping: patience is \(patience), expected at least 0")
        self.monitor = monitor
        self.patience = patience
        self.baseline = baseline
        self.run = run
    }

    /// Whether a training with these finished epochs has ended for want of progress.
    public func ends(after history: [EpochRecord]) -> Bool {
        var (best, waited): (Double?, Int) = (nil, 0)
        for (index, record) in history.enumerated() {
            let value = monitor.value(of: record) ?? .nan
            waited += 1
            if best.map({ monitor.isBetter(value, than: $0) }) ?? !value.isNaN {
                best = value
                if baseline.map({ monitor.isBetter(value, than: $0) }) ?? true { waited = 0 }
            } else if waited >= patience, index > 0 {
                return true
            }
        }
        return false
    }

    /// Ends a training that had ended before.
    public func trainingBegan(_ trainer: Trainer) {
        if ends(after: trainer.progress.history) { trainer.endEarly() }
    }

    /// Ends the training where there was no progress for too long.
    public func epochEnded(_ record: EpochRecord, trainer: Trainer) {
        monitor.check(record, for: "EarlyStopping")
        if ends(after: trainer.progress.history) { trainer.endEarly() }
    }

    /// Takes back the weights of the best epoch.
    ///
    /// - Throws: ``FileError`` where they are not where they should be.
    public func trainingEnded(_ outcome: Trainer.Outcome, trainer: Trainer) throws {
        let history = trainer.progress.history
        guard let run, outcome != .stopped, ends(after: history), let best = monitor.best(of: history) else { return }
        try run.restoreBest(best.epoch, into: trainer)
    }
}
