import ApusBLAS
import ApusTensors

/// Mean over the elements of a sample, then over the batch, of `(prediction − target)²`.
public struct MeanSquaredError: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }

    /// The loss; it has no settings.
    public init() {}

    /// Adds the loss's step.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let step = MeanSquaredErrorStep<Scalar>(
            prediction: prediction, targets: builder.tensorTargets(prediction.shape), losses: builder.value([]))
        builder.add(step)
        return (step.losses, prediction)
    }
}

private struct MeanSquaredErrorStep<Scalar: BLASScalar>: Step {
    let prediction: Value
    let targets: Value
    let losses: Value

    var operation: String { "mean squared error" }
    var inputs: [Value] { [prediction, targets] }
    var outputs: [Value] { [losses] }
    var keptForBackward: [Value] { [prediction, targets] }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func forward(_ run: StepRun<Scalar>) {
        let (count, prediction, targets) = (prediction.shape.count, run.pointer(prediction), run.pointer(targets))
        for sample in 0..<run.samples {
            var sum: Scalar = 0
            for index in sample * count..<(sample + 1) * count {
                let difference = prediction[index] - targets[index]
                sum += difference * difference
            }
            run.pointer(losses)[sample] = sum / Scalar(count)
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func backward(_ run: StepRun<Scalar>) {
        guard prediction.hasGradient else { return }
        let scale = 2 / Scalar(run.samples * prediction.shape.count)
        let (values, targets, gradient) = (
            run.pointer(prediction), run.pointer(targets), run.gradientPointer(prediction)
        )
        for index in 0..<run.samples * prediction.shape.count {
            gradient[index] = scale * (values[index] - targets[index])
        }
    }
}
