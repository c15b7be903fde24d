import ApusBLAS
import ApusParallel
import ApusTensors

/// Huber's loss (1964), mean over the elements of a sample: with d = prediction − target, `d² / 2` where |d| ≤ delta and
/// `delta · (|d| − delta / 2)` beyond, so that outliers pull no harder than others.
public struct Huber: Loss {
    /// A tensor per sample.
    public var targetKind: TargetKind { .tensor }
    /// Where the square ends and the straight line begins.
    public let delta: Double
    /// How gradients take the samples together.
    public let reduction: LossReduction

    /// The loss, with Keras's defaults.
    public init(delta: Double = 1, reduction: LossReduction = .mean) {
        self.delta = delta
        self.reduction = reduction
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? { unless(delta > 0, "Huber: delta is \(delta), expected more than 0") }

    /// Adds the loss's step.
    public func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        builder.addLoss(HuberFunction(delta: Scalar(delta)), of: prediction, reduction: reduction)
    }
}

struct HuberFunction<Scalar: BLASScalar>: PointwiseFunction {
    let delta: Scalar

    static var operation: String { "Huber loss" }

    @inline(__always)
    func value(_ prediction: Scalar, _ target: Scalar) -> Scalar {
        let distance = abs(prediction - target)
        let square = min(distance, delta)
        return square * (distance - square / 2)
    }

    @inline(__always)
    func slope(_ prediction: Scalar, _ target: Scalar) -> Scalar {
        min(max(prediction - target, -delta), delta)
    }
}
