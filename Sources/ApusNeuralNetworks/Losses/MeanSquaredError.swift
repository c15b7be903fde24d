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
        builder.addLoss(SquaredDifference(), of: prediction, reduction: reduction)
    }
}

struct SquaredDifference<Scalar: BLASScalar>: PointwiseFunction {
    static var operation: String { "mean squared error" }

    @inline(__always)
    func value(_ prediction: Scalar, _ target: Scalar) -> Scalar { (prediction - target) * (prediction - target) }

    @inline(__always)
    func slope(_ prediction: Scalar, _ target: Scalar) -> Scalar {
        2 * (prediction - target)
    }
}
