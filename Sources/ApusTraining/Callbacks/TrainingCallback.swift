/// Something that watches a training: a progress bar, a checkpoint writer. All its methods do nothing by default; an error
/// that one throws ends the training. The time they take is not counted as training.
public protocol TrainingCallback: AnyObject {
    /// A training begins, or goes on.
    func trainingBegan(_ trainer: Trainer) throws
    /// An epoch begins, counted from 1; not called where a training goes on in the middle of one.
    func epochBegan(_ epoch: Int, trainer: Trainer) throws
    /// A batch is about to be trained on, counted from 1 within the epoch.
    func batchBegan(_ batch: Int, trainer: Trainer) throws
    /// A batch has been trained on.
    func batchEnded(_ status: BatchStatus, trainer: Trainer) throws
    /// An epoch has been trained and evaluated.
    func epochEnded(_ record: EpochRecord, trainer: Trainer) throws
    /// The training has come to an end, though not by an error.
    func trainingEnded(_ outcome: Trainer.Outcome, trainer: Trainer) throws
}

extension TrainingCallback {
    /// Does nothing.
    public func trainingBegan(_ trainer: Trainer) throws {}
    /// Does nothing.
    public func epochBegan(_ epoch: Int, trainer: Trainer) throws {}
    /// Does nothing.
    public func batchBegan(_ batch: Int, trainer: Trainer) throws {}
    /// Does nothing.
    public func batchEnded(_ status: BatchStatus, trainer: Trainer) throws {}
    /// Does nothing.
    public func epochEnded(_ record: EpochRecord, trainer: Trainer) throws {}
    /// Does nothing.
    public func trainingEnded(_ outcome: Trainer.Outcome, trainer: Trainer) throws {}
}

/// Where a training stands after a batch.
public struct BatchStatus: Sendable {
    /// The current epoch, from 1.
    public let epoch: Int
    /// Epochs in all.
    public let epochs: Int
    /// Finished batches of this epoch.
    public let batch: Int
    /// Batches of this epoch in all.
    public let batches: Int
    /// Mean loss of this batch.
    public let loss: Double
    /// The learning rate with which the weights were moved.
    public let learningRate: Double
    /// Score on this epoch's examples so far.
    public let score: Score
    /// Examples per second in this epoch so far.
    public let imagesPerSecond: Double
}
