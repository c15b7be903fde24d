import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Cross-entropy with a class index per sample: `−log softmax(x)[label]`, averaged over the batch.
///
/// A softmax at the end of the network and this loss are computed together, from the logits, so that no logarithm of a
/// rounded probability is taken. What the network predicts are the probabilities.
public struct SparseCategoricalCrossEntropy: Loss {
    /// A class index per sample.
    public var targetKind: TargetKind { .classIndex }
    /// Whether the network's output are logits rather than a softmax's probabilities.
    public let fromLogits: Bool

    /// A loss over probabilities, or over logits where the network does not end in a softmax.
    public init(fromLogits: Bool = false) { self.fromLogits = fromLogits }

    /// Adds the loss's step, which takes the place of a softmax before it.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let logits = crossEntropyLogits(prediction, fromLogits: fromLogits, into: &builder)
        let step = SparseCrossEntropyStep<Scalar>(
            logits: logits, labels: builder.classTargets(), probabilities: builder.value(logits.shape),
            losses: builder.value([]))
        builder.add(step)
        return (step.losses, step.probabilities)
    }
}

/// Cross-entropy with a distribution over the classes per sample: `−Σᵢ targetᵢ · log softmax(x)ᵢ`, averaged over the
/// batch, computed together with the softmax as in ``SparseCategoricalCrossEntropy``.
public struct CategoricalCrossEntropy: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }
    /// Whether the network's output are logits rather than a softmax's probabilities.
    public let fromLogits: Bool

    /// A loss over probabilities, or over logits where the network does not end in a softmax.
    public init(fromLogits: Bool = false) { self.fromLogits = fromLogits }

    /// Adds the loss's step, which takes the place of a softmax before it.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let logits = crossEntropyLogits(prediction, fromLogits: fromLogits, into: &builder)
        let step = CrossEntropyStep<Scalar>(
            logits: logits, targets: builder.tensorTargets(logits.shape), probabilities: builder.value(logits.shape),
            losses: builder.value([]))
        builder.add(step)
        return (step.losses, step.probabilities)
    }
}

/// The logits behind a prediction: itself, or what went into the softmax that made it.
private func crossEntropyLogits<Scalar: BLASScalar>(
    _ prediction: Value, fromLogits: Bool, into builder: inout PlanBuilder<Scalar>
) -> Value {
    require(
        prediction.shape.rank == 1,
        "cross-entropy: the network's output has shape \(prediction.shape), expected [classes]")
    if fromLogits { return prediction }
    guard let logits = builder.removeTrailingSoftmax(of: prediction) else {
        callerMistake(
            "cross-entropy: the network does not end in a softmax; end it with one or say fromLogits: true")
    }
    return logits
}

private struct SparseCrossEntropyStep<Scalar: BLASScalar>: Step {
    let logits: Value
    let labels: StepMemory
    let probabilities: Value
    let losses: Value

    var operation: String { "softmax and cross-entropy" }
    var inputs: [Value] { [logits] }
    var outputs: [Value] { [probabilities, losses] }
    var keptForBackward: [Value] { [probabilities] }

    func forward(_ run: StepRun<Scalar>) {
        SoftmaxCrossEntropy.forward(
            rows: run.samples, classes: logits.shape.count, logits: run.pointer(logits),
            labels: run.pointer(labels, as: Int32.self), probabilities: run.pointer(probabilities),
            losses: run.pointer(losses), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard logits.hasGradient else { return }
        SoftmaxCrossEntropy.backward(
            rows: run.samples, classes: logits.shape.count, probabilities: run.pointer(probabilities),
            labels: run.pointer(labels, as: Int32.self), scale: 1 / Scalar(run.samples),
            logitGradient: run.gradientPointer(logits), pool: run.pool)
    }
}

private struct CrossEntropyStep<Scalar: BLASScalar>: Step {
    let logits: Value
    let targets: Value
    let probabilities: Value
    let losses: Value

    var operation: String { "softmax and cross-entropy" }
    var inputs: [Value] { [logits, targets] }
    var outputs: [Value] { [probabilities, losses] }
    var keptForBackward: [Value] { [probabilities, targets] }

    func forward(_ run: StepRun<Scalar>) {
        SoftmaxCrossEntropy.forward(
            rows: run.samples, classes: logits.shape.count, logits: run.pointer(logits),
            targets: run.pointer(targets), probabilities: run.pointer(probabilities), losses: run.pointer(losses),
            pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard logits.hasGradient else { return }
        SoftmaxCrossEntropy.backward(
            rows: run.samples, classes: logits.shape.count, probabilities: run.pointer(probabilities),
            targets: run.pointer(targets), scale: 1 / Scalar(run.samples),
            logitGradient: run.gradientPointer(logits), pool: run.pool)
    }
}
