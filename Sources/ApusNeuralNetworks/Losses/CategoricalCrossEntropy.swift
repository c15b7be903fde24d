import ApusBLAS
import ApusTensors

/// Cross-entropy with a distribution over the classes per sample: `−Σᵢ targetᵢ · log softmax(x)ᵢ`, computed together with
/// the softmax as in ``SparseCategoricalCrossEntropy``.
public struct CategoricalCrossEntropy: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }
    /// Whether the network's output are logits rather than a softmax's probabilities.
    public var fromLogits: Bool { options.fromLogits }
    /// Share ε of the targets that is spread over all classes: a target t becomes (1 − ε) t + ε / classes.
    public var labelSmoothing: Double { options.labelSmoothing }
    /// What a sample's loss and gradient are multiplied by, for each class: `Σᵢ targetᵢ · weightᵢ`, which is Keras's
    /// `class_weight` where the targets are one-hot. The mean is over the number of samples. Evaluation uses them as well.
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
    public var mistake: String? { options.mistake(of: "CategoricalCrossEntropy") }

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
