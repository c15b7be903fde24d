import ApusBLAS
import ApusTensors

/// The hinge over classes as Keras defines it: `max(0, 1 + maxᵢ((1 − targetᵢ) · predictionᵢ) − Σᵢ targetᵢ · predictionᵢ)`,
/// with a one-hot target per sample. It is zero once the right class leads every other by 1.
public struct CategoricalHinge: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }
    /// How gradients take the samples together.
    public let reduction: LossReduction

    /// The loss.
    public init(reduction: LossReduction = .mean) {
        self.reduction = reduction
    }

    /// Adds the loss's step.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let step = CategoricalHingeStep<Scalar>(
            prediction: prediction, targets: builder.tensorTargets(prediction.shape), losses: builder.value([]),
            reduction: reduction)
        builder.add(step)
        return (step.losses, prediction)
    }
}

private struct CategoricalHingeStep<Scalar: BLASScalar>: Step {
    let prediction: Value
    let targets: Value
    let losses: Value
    let reduction: LossReduction

    var operation: String { "categorical hinge" }
    var inputs: [Value] { [prediction, targets] }
    var outputs: [Value] { [losses] }
    var keptForBackward: [Value] { [prediction, targets, losses] }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func forward(_ run: StepRun<Scalar>) {
        let count = prediction.shape.count
        for sample in 0..<run.samples {
            let (x, t) = (run.pointer(prediction) + sample * count, run.pointer(targets) + sample * count)
            let rival = rival(x, t)
            let right = (0..<count).reduce(0) { $0 + t[$1] * x[$1] }
            run.pointer(losses)[sample] = max(0, 1 + (1 - t[rival]) * x[rival] - right)
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func backward(_ run: StepRun<Scalar>) {
        guard prediction.hasGradient else { return }
        let count = prediction.shape.count
        for sample in 0..<run.samples {
            let (x, t) = (run.pointer(prediction) + sample * count, run.pointer(targets) + sample * count)
            let gradient = run.gradientPointer(prediction) + sample * count
            let scale: Scalar = run.pointer(losses)[sample] > 0 ? reduction.scale(samples: run.samples) : 0
            for index in 0..<count { gradient[index] = -scale * t[index] }
            let rival = rival(x, t)
            gradient[rival] += scale * (1 - t[rival])
        }
    }

    /// The first class with the largest `(1 − target) · prediction`.
    @inline(__always)
    private func rival(_ x: UnsafePointer<Scalar>, _ t: UnsafePointer<Scalar>) -> Int {
        var best = 0
        for index in 1..<max(prediction.shape.count, 1) where (1 - t[index]) * x[index] > (1 - t[best]) * x[best] {
            best = index
        }
        return best
    }
}
