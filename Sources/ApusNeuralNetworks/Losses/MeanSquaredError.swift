import ApusBLAS
import ApusTensors

/// Mean over the elements of a sample of `(prediction − target)²`.
public struct MeanSquaredError: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }
    /// How gradients take the samples together.
    public let reduction: LossReduction

    /// The loss.
    public init(reduction: LossReduction = .mean) {
        self.reduction = reduction
    }

    /// Reads a loss; files of before there was a choice of reduction have none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        reduction = try container.decodeIfPresent(LossReduction.self, forKey: .reduction) ?? .mean
    }

    /// Adds the loss's step.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let comparison = PointwiseComparison(prediction, reduction: reduction, into: &builder)
        builder.add(MeanSquaredErrorStep<Scalar>(comparison: comparison))
        return (comparison.losses, prediction)
    }
}

private struct MeanSquaredErrorStep<Scalar: BLASScalar>: PointwiseComparisonStep {
    let comparison: PointwiseComparison

    var operation: String { "mean squared error" }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func forward(_ run: StepRun<Scalar>) {
        comparison.forward(run) { prediction, target in
            let difference = prediction - target
            return difference * difference
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func backward(_ run: StepRun<Scalar>) {
        comparison.backward(run) { prediction, target in
            2 * (prediction - target)
        }
    }
}
