import ApusBLAS
import ApusTensors

/// Cross-entropy with a class index per sample: `−log softmax(x)[label]`.
///
/// A softmax at the end of the network and this loss are computed together, from the logits, so that no logarithm of a
/// rounded probability is taken. What the network predicts are the probabilities.
public struct SparseCategoricalCrossEntropy: Loss {
    /// A class index per sample.
    public var targetKind: TargetKind { .classIndex }
    /// Whether the network's output are logits rather than a softmax's probabilities.
    public var fromLogits: Bool { options.fromLogits }
    /// Share ε of the label's probability that is spread over all classes (Szegedy et al. 2016, arXiv 1512.00567).
    public var labelSmoothing: Double { options.labelSmoothing }
    /// What a sample's loss and gradient are multiplied by, for each class, as Keras's `class_weight`: the mean is over the
    /// number of samples, not over the sum of their weights. Evaluation uses them as well.
    public var classWeights: [Double]? { options.classWeights }
    /// How gradients take the samples together.
    public var reduction: LossReduction { options.reduction }

    private let options: CrossEntropyOptions

    /// A loss over probabilities, or over logits where the network does not end in a softmax.
    public init(
        fromLogits: Bool = false, labelSmoothing: Double = 0, classWeights: [Double]? = nil,
        reduction: LossReduction = .mean
    ) {
        options = CrossEntropyOptions(
            fromLogits: fromLogits, labelSmoothing: labelSmoothing, classWeights: classWeights, reduction: reduction)
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? { options.mistake(of: "SparseCategoricalCrossEntropy") }

    /// Reads a loss; files of before there were options have none.
    public init(from decoder: any Decoder) throws { options = try CrossEntropyOptions(from: decoder) }

    /// Writes the options beside each other.
    public func encode(to encoder: any Encoder) throws { try options.encode(to: encoder) }

    /// Adds the loss's step, which takes the place of a softmax before it.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        options.lower(prediction, targets: targetKind, into: &builder)
    }
}
