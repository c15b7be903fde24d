import ApusBLAS
import ApusParallel
import ApusTensors

/// What training makes small: the mean or the sum over the batch of a loss per sample.
///
/// A loss is a value like a ``Layer`` and lowers itself to a last step in the same way.
public protocol Loss: Sendable, Codable, Validated {
    /// What the data must hold for each sample.
    var targetKind: TargetKind { get }

    /// How gradients take the samples together; the mean by default. What is reported is always the mean of the samples'
    /// losses.
    var reduction: LossReduction { get }

    /// Adds the loss's step.
    ///
    /// - Returns: the loss of each sample, and what the network is said to predict: the network's output, or its softmax
    ///   where the loss takes logits.
    func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value)
}

extension Loss {
    /// The mean.
    public var reduction: LossReduction { .mean }
}

/// What a loss compares predictions with.
public enum TargetKind: String, Sendable, Codable {
    /// A class index per sample.
    case classIndex
    /// A tensor of the prediction's shape per sample.
    case tensor
}
