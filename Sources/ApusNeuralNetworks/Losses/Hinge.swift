import ApusBLAS
import ApusTensors

/// Mean over the elements of a sample of `max(0, 1 − target · prediction)` with targets of −1 and 1. Targets are taken as they
/// are: of 0 and 1, which Keras turns into −1 and 1, those of 0 would teach nothing.
public struct Hinge: Loss {
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
        builder.addLoss(HingeFunction(), of: prediction, reduction: reduction)
    }
}

struct HingeFunction<Scalar: BLASScalar>: PointwiseFunction {
    static var operation: String { "hinge" }

    @inline(__always)
    func value(_ prediction: Scalar, _ target: Scalar) -> Scalar { max(1 - target * prediction, 0) }

    @inline(__always)
    func slope(_ prediction: Scalar, _ target: Scalar) -> Scalar {
        target * prediction < 1 ? -target : 0
    }
}
