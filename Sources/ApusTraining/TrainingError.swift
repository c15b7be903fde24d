/// What went wrong in training that is nobody's programming mistake.
public enum TrainingError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The loss is no longer a finite number. Epoch and batch count from 1.
    case diverged(epoch: Int, batch: Int, loss: Double)

    /// One sentence without a full stop.
    public var description: String {
        switch self {
        case .diverged(let epoch, let batch, let loss):
            "the loss became \(loss) in epoch \(epoch), batch \(batch): training diverged; try a smaller learning rate"
        }
    }
}
