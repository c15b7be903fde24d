import ApusBLAS
import ApusParallel

/// A function of a prediction and its target, whose mean over a sample's elements is a loss.
enum PointwiseFunction<Scalar: BLASScalar>: Sendable {
    case squaredDifference
    case absoluteDifference
    case hinge
    case huber(delta: Scalar)

    /// For reports.
    var operation: String {
        switch self {
        case .squaredDifference: "mean squared error"
        case .absoluteDifference: "mean absolute error"
        case .hinge: "hinge"
        case .huber: "Huber loss"
        }
    }
}

/// The loss of such a function. Its loops are specialised with each function.
struct PointwiseLossStep<Scalar: BLASScalar>: Step {
    let function: PointwiseFunction<Scalar>
    let prediction: Value
    let targets: Value
    let losses: Value
    let reduction: LossReduction

    var operation: String { function.operation }
    var inputs: [Value] { [prediction, targets] }
    var outputs: [Value] { [losses] }
    var keptForBackward: [Value] { [prediction, targets] }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func forward(_ run: StepRun<Scalar>) {
        switch function {
        case .squaredDifference: forward(run) { ($0 - $1) * ($0 - $1) }
        case .absoluteDifference: forward(run) { abs($0 - $1) }
        case .hinge: forward(run) { max(1 - $1 * $0, 0) }
        case .huber(let delta):
            forward(run) { prediction, target in
                let distance = abs(prediction - target)
                let square = min(distance, delta)
                return square * (distance - square / 2)
            }
        }
    }

    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func backward(_ run: StepRun<Scalar>) {
        guard prediction.hasGradient else { return }
        switch function {
        case .squaredDifference: backward(run) { 2 * ($0 - $1) }
        case .absoluteDifference: backward(run) { $0 > $1 ? 1 : $0 < $1 ? -1 : 0 }
        case .hinge: backward(run) { $1 * $0 < 1 ? -$1 : 0 }
        case .huber(let delta): backward(run) { min(max($0 - $1, -delta), delta) }
        }
    }

    private var count: Int { prediction.shape.count }
    private func shards(_ samples: Int) -> Shards { Shards(of: samples, atLeast: max(1, 16_384 / max(count, 1))) }

    /// losses = mean of `value(prediction, target)` of each sample.
    @inline(__always)
    private func forward(_ run: StepRun<Scalar>, _ value: (Scalar, Scalar) -> Scalar) {
        let (predictions, targets, losses) = (run.pointer(prediction), run.pointer(targets), run.pointer(losses))
        let (count, shards) = (count, shards(run.samples))
        run.pool.forEach(shards.shards) { shard, _ in
            for sample in shards[shard] {
                let (p, t) = (predictions + sample * count, targets + sample * count)
                // Sums in eight lanes, which the compiler may keep in one register.
                var sums = SIMD8<Scalar>()
                var index = 0
                while index + 8 <= count {
                    for lane in 0..<8 { sums[lane] += value(p[index + lane], t[index + lane]) }
                    index += 8
                }
                var sum = sums.sum()
                while index < count {
                    sum += value(p[index], t[index])
                    index += 1
                }
                losses[sample] = sum / Scalar(count)
            }
        }
    }

    /// gradient = `slope(prediction, target)`, scaled as mean and reduction demand.
    @inline(__always)
    private func backward(_ run: StepRun<Scalar>, _ slope: (Scalar, Scalar) -> Scalar) {
        let (predictions, targets, gradient) = (
            run.pointer(prediction), run.pointer(targets), run.gradientPointer(prediction)
        )
        let scale: Scalar = reduction.scale(samples: run.samples) / Scalar(count)
        let (count, shards) = (count, shards(run.samples))
        run.pool.forEach(shards.shards) { shard, _ in
            let range = shards[shard]
            for index in range.lowerBound * count..<range.upperBound * count {
                gradient[index] = scale * slope(predictions[index], targets[index])
            }
        }
    }
}

extension PlanBuilder {
    /// Adds the step of a loss, and returns the loss of each sample and the prediction.
    mutating func addLoss(
        _ function: PointwiseFunction<Scalar>, of prediction: Value, reduction: LossReduction
    ) -> (losses: Value, prediction: Value) {
        let step = PointwiseLossStep(
            function: function, prediction: prediction, targets: tensorTargets(prediction.shape), losses: value([]),
            reduction: reduction)
        add(step)
        return (step.losses, prediction)
    }
}
