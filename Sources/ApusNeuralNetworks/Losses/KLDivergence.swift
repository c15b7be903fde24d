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
        let loss = DivergenceLoss<Scalar>(targets: builder.tensorTargets(logits.shape))
        return builder.addLoss(loss, of: logits, reduction: reduction)
    }
}

private struct DivergenceLoss<Scalar: BLASScalar>: LogitLoss {
    let targets: Value

    var operation: String { "softmax and divergence" }
    var targetValues: [Value] { [targets] }

    func forward(_ run: StepRun<Scalar>, _ step: LogitLossStep<Self>) {
        SoftmaxCrossEntropy.divergence(
            rows: run.samples, classes: step.count, logits: run.pointer(step.logits), targets: run.pointer(targets),
            probabilities: run.pointer(step.probabilities), losses: run.pointer(step.losses), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>, _ step: LogitLossStep<Self>, scale: Scalar) {
        SoftmaxCrossEntropy.backward(
            rows: run.samples, classes: step.count, probabilities: run.pointer(step.probabilities),
            targets: run.pointer(targets), scale: scale, logitGradient: run.gradientPointer(step.logits),
            pool: run.pool)
    }
}
