import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Cross-entropy with a distribution over the classes per sample: `−Σᵢ targetᵢ · log softmax(x)ᵢ`, computed together with
/// the softmax as in ``SparseCategoricalCrossEntropy``.
public struct CategoricalCrossEntropy: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }
    /// Whether the network's output are logits rather than a softmax's probabilities.
    public let fromLogits: Bool
    /// Share ε of the targets that is spread over all classes: a target t becomes (1 − ε) t + ε / classes.
    public let labelSmoothing: Double
    /// What a sample's loss and gradient are multiplied by, for each class: `Σᵢ targetᵢ · weightᵢ`, which is Keras's
    /// `class_weight` where the targets are one-hot. The mean is over the number of samples. Evaluation uses them as well.
    public let classWeights: [Double]?
    /// How gradients take the samples together.
    public let reduction: LossReduction

    private var options: CrossEntropyOptions {
        CrossEntropyOptions(labelSmoothing: labelSmoothing, classWeights: classWeights, reduction: reduction)
    }

    /// A loss over probabilities, or over logits where the network does not end in a softmax.
    public init(
        fromLogits: Bool = false, labelSmoothing: Double = 0, classWeights: [Double]? = nil,
        reduction: LossReduction = .mean
    ) {
        self.fromLogits = fromLogits
        self.labelSmoothing = labelSmoothing
        self.classWeights = classWeights
        self.reduction = reduction
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? { options.mistake(of: "CategoricalCrossEntropy") }

    /// Reads a loss; files of before there were options have none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        fromLogits = try container.decode(Bool.self, forKey: .fromLogits)
        labelSmoothing = try container.decodeIfPresent(Double.self, forKey: .labelSmoothing) ?? 0
        classWeights = try container.decodeIfPresent([Double].self, forKey: .classWeights)
        reduction = try container.decodeIfPresent(LossReduction.self, forKey: .reduction) ?? .mean
    }

    /// Adds the loss's step, which takes the place of a softmax before it.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let logits = crossEntropyLogits(prediction, fromLogits: fromLogits, into: &builder)
        let step = CrossEntropyStep<Scalar>(
            logits: logits, targets: builder.tensorTargets(logits.shape), probabilities: builder.value(logits.shape),
            losses: builder.value([]), smoothing: Scalar(labelSmoothing),
            weights: options.weights(classes: logits.shape.count), reduction: reduction)
        builder.add(step)
        return (step.losses, step.probabilities)
    }
}

private struct CrossEntropyStep<Scalar: BLASScalar>: Step {
    let logits: Value
    let targets: Value
    let probabilities: Value
    let losses: Value
    let smoothing: Scalar
    let weights: [Scalar]?
    let reduction: LossReduction

    var operation: String { "softmax and cross-entropy" }
    var inputs: [Value] { [logits, targets] }
    var outputs: [Value] { [probabilities, losses] }
    var keptForBackward: [Value] { [probabilities, targets] }

    func forward(_ run: StepRun<Scalar>) {
        withPointer(weights) { weights in
            SoftmaxCrossEntropy.forward(
                rows: run.samples, classes: logits.shape.count, logits: run.pointer(logits),
                targets: run.pointer(targets), smoothing: smoothing, weights: weights,
                probabilities: run.pointer(probabilities), losses: run.pointer(losses), pool: run.pool)
        }
    }

    func backward(_ run: StepRun<Scalar>) {
        guard logits.hasGradient else { return }
        withPointer(weights) { weights in
            SoftmaxCrossEntropy.backward(
                rows: run.samples, classes: logits.shape.count, probabilities: run.pointer(probabilities),
                targets: run.pointer(targets), smoothing: smoothing, weights: weights,
                scale: reduction.scale(samples: run.samples), logitGradient: run.gradientPointer(logits),
                pool: run.pool)
        }
    }
}
