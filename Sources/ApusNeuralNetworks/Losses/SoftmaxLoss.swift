import ApusBLAS
import ApusKernels

/// The cross-entropy over classes with either kind of targets.
struct SoftmaxLoss<Scalar: BLASScalar>: LogitLoss {
    let targets: PlanBuilder<Scalar>.Targets
    let smoothing: Scalar
    let weights: [Scalar]?

    var operation: String { "softmax and cross-entropy" }
    var targetValues: [Value] { if case .tensors(let value) = targets { [value] } else { [] } }

    func forward(_ run: StepRun<Scalar>, _ step: LogitLossStep<Self>) {
        withPointer(weights) { weights in
            switch targets {
            case .classes(let labels):
                SoftmaxCrossEntropy.forward(
                    rows: run.samples, classes: step.count, logits: run.pointer(step.logits),
                    labels: run.pointer(labels, as: Int32.self), smoothing: smoothing, weights: weights,
                    probabilities: run.pointer(step.probabilities), losses: run.pointer(step.losses), pool: run.pool)
            case .tensors(let targets):
                SoftmaxCrossEntropy.forward(
                    rows: run.samples, classes: step.count, logits: run.pointer(step.logits),
                    targets: run.pointer(targets), smoothing: smoothing, weights: weights,
                    probabilities: run.pointer(step.probabilities), losses: run.pointer(step.losses), pool: run.pool)
            }
        }
    }

    func backward(_ run: StepRun<Scalar>, _ step: LogitLossStep<Self>, scale: Scalar) {
        withPointer(weights) { weights in
            switch targets {
            case .classes(let labels):
                SoftmaxCrossEntropy.backward(
                    rows: run.samples, classes: step.count, probabilities: run.pointer(step.probabilities),
                    labels: run.pointer(labels, as: Int32.self), smoothing: smoothing, weights: weights, scale: scale,
                    logitGradient: run.gradientPointer(step.logits), pool: run.pool)
            case .tensors(let targets):
                SoftmaxCrossEntropy.backward(
                    rows: run.samples, classes: step.count, probabilities: run.pointer(step.probabilities),
                    targets: run.pointer(targets), smoothing: smoothing, weights: weights, scale: scale,
                    logitGradient: run.gradientPointer(step.logits), pool: run.pool)
            }
        }
    }

    /// Lends weights for the time of a call, or nothing where there are none.
    @inline(__always)
    private func withPointer(_ weights: [Scalar]?, _ body: (UnsafePointer<Scalar>?) -> Void) {
        guard let weights else { return body(nil) }
        weights.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}
