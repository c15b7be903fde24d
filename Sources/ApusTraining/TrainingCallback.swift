/// Something that watches a training: a progress bar, a checkpoint writer.
public protocol TrainingCallback: AnyObject {
    /// A batch has been trained on. Called between two steps; the time it takes is not counted as training.
    func batchEnded(_ status: BatchStatus)
    /// An epoch has been trained and evaluated. An error ends the training.
    func epochEnded(_ record: EpochRecord, trainer: Trainer) throws
}

extension TrainingCallback {
    /// Does nothing.
    public func batchEnded(_ status: BatchStatus) {}
    /// Does nothing.
    public func epochEnded(_ record: EpochRecord, trainer: Trainer) throws {}
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
    /// Score on this epoch's examples so far.
    public let score: Score
    /// Examples per second in this epoch so far.
    public let imagesPerSecond: Double
}
