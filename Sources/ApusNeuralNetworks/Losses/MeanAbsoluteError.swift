import ApusBLAS
import ApusTensors

/// Mean over the elements of a sample of `|prediction − target|`; its gradient is zero where they are equal.
public struct MeanAbsoluteError: Loss {
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
        let comparison = PointwiseComparison(prediction, reduction: reduction, into: &builder)
        builder.add(MeanAbsoluteErrorStep<Scalar>(comparison: comparison))
        return (comparison.losses, prediction)
    }
}

private struct MeanAbsoluteErrorStep<Scalar: BLASScalar>: PointwiseComparisonStep {
    let comparison: PointwiseComparison

    var operation: String { "mean absolute error" }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func forward(_ run: StepRun<Scalar>) {
        comparison.forward(run) { prediction, target in
            abs(prediction - target)
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func backward(_ run: StepRun<Scalar>) {
        comparison.backward(run) { prediction, target in
            prediction > target ? 1 : prediction < target ? -1 : 0
        }
    }
}
