import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Cross-entropy of independent yes-or-no questions, mean over the elements of a sample, from the logits x:
/// `−w · t · log σ(x) − (1 − t) · log(1 − σ(x))` with targets t in 0…1.
///
/// A sigmoid at the end of the network and this loss are computed together, from the logits, so that no logarithm of a rounded
/// probability is taken. What the network predicts are the probabilities σ(x).
public struct BinaryCrossEntropy: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }
    /// Whether the network's output are logits rather than a sigmoid's probabilities.
    public let fromLogits: Bool
    /// Share ε of each target that is moved to the middle: t becomes (1 − ε) t + ε / 2.
    public let labelSmoothing: Double
    /// Weight w of positive targets, PyTorch's `pos_weight`: above 1 it favours recall, below precision.
    public let positiveWeight: Double
    /// How gradients take the samples together.
    public let reduction: LossReduction

    /// A loss over probabilities, or over logits where the network does not end in a sigmoid.
    public init(
        fromLogits: Bool = false, labelSmoothing: Double = 0, positiveWeight: Double = 1,
        reduction: LossReduction = .mean
    ) {
        self.fromLogits = fromLogits
        self.labelSmoothing = labelSmoothing
        self.positiveWeight = positiveWeight
        self.reduction = reduction
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            (0..<1).contains(labelSmoothing),
            "BinaryCrossEntropy: label smoothing is \(labelSmoothing), expected 0 ≤ smoothing < 1")
            ?? unless(
                positiveWeight > 0 && positiveWeight.isFinite,
                "BinaryCrossEntropy: positive weight is \(positiveWeight), expected more than 0")
    }

    /// Adds the loss's step, which takes the place of a sigmoid before it.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        guard let logits = fromLogits ? prediction : builder.removeTrailingSigmoid(of: prediction) else {
            callerMistake(
                "BinaryCrossEntropy: the network does not end in a sigmoid; end it with one or say fromLogits: true")
        }
        let loss = LogisticLoss<Scalar>(
            targets: builder.tensorTargets(logits.shape),
            function: LogisticCrossEntropy(smoothing: Scalar(labelSmoothing), positiveWeight: Scalar(positiveWeight)))
        return builder.addLoss(loss, of: logits, reduction: reduction)
    }
}

private struct LogisticLoss<Scalar: BLASScalar>: LogitLoss {
    let targets: Value
    let function: LogisticCrossEntropy<Scalar>

    var operation: String { "sigmoid and cross-entropy" }
    var targetValues: [Value] { [targets] }

    func forward(_ run: StepRun<Scalar>, _ step: LogitLossStep<Self>) {
        function.forward(
            rows: run.samples, columns: step.count, logits: run.pointer(step.logits), targets: run.pointer(targets),
            probabilities: run.pointer(step.probabilities), losses: run.pointer(step.losses), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>, _ step: LogitLossStep<Self>, scale: Scalar) {
        function.backward(
            rows: run.samples, columns: step.count, probabilities: run.pointer(step.probabilities),
            targets: run.pointer(targets), scale: scale, logitGradient: run.gradientPointer(step.logits),
            pool: run.pool)
    }
}
