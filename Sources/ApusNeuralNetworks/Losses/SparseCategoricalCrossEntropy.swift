import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Cross-entropy with a class index per sample: `−log softmax(x)[label]`.
///
/// A softmax at the end of the network and this loss are computed together, from the logits, so that no logarithm of a
/// rounded probability is taken. What the network predicts are the probabilities.
public struct SparseCategoricalCrossEntropy: Loss {
    /// A class index per sample.
    public var targetKind: TargetKind { .classIndex }
    /// Whether the network's output are logits rather than a softmax's probabilities.
    public let fromLogits: Bool
    /// Share ε of the label's probability that is spread over all classes (Szegedy et al. 2016, arXiv 1512.00567).
    public let labelSmoothing: Double
    /// What a sample's loss and gradient are multiplied by, for each class, as Keras's `class_weight`: the mean is over the
    /// number of samples, not over the sum of their weights. Evaluation uses them as well.
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
    public var mistake: String? { options.mistake(of: "SparseCategoricalCrossEntropy") }

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
        let step = SparseCrossEntropyStep<Scalar>(
            logits: logits, labels: builder.classTargets(), probabilities: builder.value(logits.shape),
            losses: builder.value([]), smoothing: Scalar(labelSmoothing),
            weights: options.weights(classes: logits.shape.count), reduction: reduction)
        builder.add(step)
        return (step.losses, step.probabilities)
    }
}

private struct SparseCrossEntropyStep<Scalar: BLASScalar>: Step {
    let logits: Value
    let labels: StepMemory
    let probabilities: Value
    let losses: Value
    let smoothing: Scalar
    let weights: [Scalar]?
    let reduction: LossReduction

    var operation: String { "softmax and cross-entropy" }
    var inputs: [Value] { [logits] }
    var outputs: [Value] { [probabilities, losses] }
    var keptForBackward: [Value] { [probabilities] }

    func forward(_ run: StepRun<Scalar>) {
        withPointer(weights) { weights in
            SoftmaxCrossEntropy.forward(
                rows: run.samples, classes: logits.shape.count, logits: run.pointer(logits),
                labels: run.pointer(labels, as: Int32.self), smoothing: smoothing, weights: weights,
                probabilities: run.pointer(probabilities), losses: run.pointer(losses), pool: run.pool)
        }
    }

    func backward(_ run: StepRun<Scalar>) {
        guard logits.hasGradient else { return }
        withPointer(weights) { weights in
            SoftmaxCrossEntropy.backward(
                rows: run.samples, classes: logits.shape.count, probabilities: run.pointer(probabilities),
                labels: run.pointer(labels, as: Int32.self), smoothing: smoothing, weights: weights,
                scale: reduction.scale(samples: run.samples), logitGradient: run.gradientPointer(logits),
                pool: run.pool)
        }
    }
}
