import ApusBLAS
import ApusKernels
import ApusTensors

/// Divergence of Kullback and Leibler of the predicted from the target distribution:
/// `Σᵢ targetᵢ · log(targetᵢ / softmax(x)ᵢ)`, summed over the classes of a sample as in Keras, where a target of zero counts
/// nothing. Computed together with the softmax as in ``SparseCategoricalCrossEntropy``.
public struct KLDivergence: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }
    /// Whether the network's output are logits rather than a softmax's probabilities.
    public let fromLogits: Bool
    /// How gradients take the samples together.
    public let reduction: LossReduction

    /// A loss over probabilities, or over logits where the network does not end in a softmax.
    public init(fromLogits: Bool = false, reduction: LossReduction = .mean) {
        self.fromLogits = fromLogits
        self.reduction = reduction
    }

    /// Adds the loss's step, which takes the place of a softmax before it.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let logits = crossEntropyLogits(prediction, fromLogits: fromLogits, into: &builder)
        let step = DivergenceStep<Scalar>(
            logits: logits, targets: builder.tensorTargets(logits.shape), probabilities: builder.value(logits.shape),
            losses: builder.value([]), reduction: reduction)
        builder.add(step)
        return (step.losses, step.probabilities)
    }
}

private struct DivergenceStep<Scalar: BLASScalar>: Step {
    let logits: Value
    let targets: Value
    let probabilities: Value
    let losses: Value
    let reduction: LossReduction

    var operation: String { "softmax and divergence" }
    var inputs: [Value] { [logits, targets] }
    var outputs: [Value] { [probabilities, losses] }
    var keptForBackward: [Value] { [probabilities, targets] }

    func forward(_ run: StepRun<Scalar>) {
        SoftmaxCrossEntropy.divergence(
            rows: run.samples, classes: logits.shape.count, logits: run.pointer(logits),
            targets: run.pointer(targets), probabilities: run.pointer(probabilities), losses: run.pointer(losses),
            pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard logits.hasGradient else { return }
        SoftmaxCrossEntropy.backward(
            rows: run.samples, classes: logits.shape.count, probabilities: run.pointer(probabilities),
            targets: run.pointer(targets), scale: reduction.scale(samples: run.samples),
            logitGradient: run.gradientPointer(logits), pool: run.pool)
    }
}
