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
        builder.addLoss(AbsoluteDifference(), of: prediction, reduction: reduction)
    }
}

struct AbsoluteDifference<Scalar: BLASScalar>: PointwiseFunction {
    static var operation: String { "mean absolute error" }

    @inline(__always)
    func value(_ prediction: Scalar, _ target: Scalar) -> Scalar { abs(prediction - target) }

    @inline(__always)
    func slope(_ prediction: Scalar, _ target: Scalar) -> Scalar {
        prediction > target ? 1 : prediction < target ? -1 : 0
    }
}
