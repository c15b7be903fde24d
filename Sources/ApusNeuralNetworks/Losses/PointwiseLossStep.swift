import ApusBLAS
import ApusParallel

/// A function of a prediction and its target, whose mean over a sample's elements is a loss.
protocol PointwiseFunction<Scalar>: Sendable {
    associatedtype Scalar: BLASScalar

    /// What its step does, for reports.
    static var operation: String { get }

    func value(_ prediction: Scalar, _ target: Scalar) -> Scalar
    /// Its derivative by the prediction.
    func slope(_ prediction: Scalar, _ target: Scalar) -> Scalar
}

/// The step of such a loss. Its loops are specialised with every function: each has to be named there.
struct PointwiseLossStep<Function: PointwiseFunction>: Step {
    typealias Scalar = Function.Scalar

    let function: Function
    let prediction: Value
    let targets: Value
    let losses: Value
    let reduction: LossReduction

    var operation: String { Function.operation }
    var inputs: [Value] { [prediction, targets] }
    var outputs: [Value] { [losses] }
    var keptForBackward: [Value] { [prediction, targets] }

    private var count: Int { prediction.shape.count }
    private func shards(_ samples: Int) -> Shards { Shards(of: samples, atLeast: max(1, 16_384 / max(count, 1))) }

    /// losses = mean of the function of each sample.
    @_specialize(where Function == SquaredDifference<Float>)
    @_specialize(where Function == SquaredDifference<Double>)
    @_specialize(where Function == AbsoluteDifference<Float>)
    @_specialize(where Function == AbsoluteDifference<Double>)
    @_specialize(where Function == HingeFunction<Float>)
    @_specialize(where Function == HingeFunction<Double>)
    @_specialize(where Function == HuberFunction<Float>)
    @_specialize(where Function == HuberFunction<Double>)
    func forward(_ run: StepRun<Scalar>) {
        let (predictions, targets, losses) = (run.pointer(prediction), run.pointer(targets), run.pointer(losses))
        let (count, shards) = (count, shards(run.samples))
        run.pool.forEach(shards.shards) { shard, _ in
            for sample in shards[shard] {
                let (p, t) = (predictions + sample * count, targets + sample * count)
                // Sums in eight lanes, which the compiler may keep in one register.
                var sums = SIMD8<Scalar>()
                var index = 0
                while index + 8 <= count {
                    for lane in 0..<8 { sums[lane] += function.value(p[index + lane], t[index + lane]) }
                    index += 8
                }
                var sum = sums.sum()
                while index < count {
                    sum += function.value(p[index], t[index])
                    index += 1
                }
                losses[sample] = sum / Scalar(count)
            }
        }
    }

    /// gradient = slope of the function, scaled as mean and reduction demand.
    @_specialize(where Function == SquaredDifference<Float>)
    @_specialize(where Function == SquaredDifference<Double>)
    @_specialize(where Function == AbsoluteDifference<Float>)
    @_specialize(where Function == AbsoluteDifference<Double>)
    @_specialize(where Function == HingeFunction<Float>)
    @_specialize(where Function == HingeFunction<Double>)
    @_specialize(where Function == HuberFunction<Float>)
    @_specialize(where Function == HuberFunction<Double>)
    func backward(_ run: StepRun<Scalar>) {
        guard prediction.hasGradient else { return }
        let (predictions, targets, gradient) = (
            run.pointer(prediction), run.pointer(targets), run.gradientPointer(prediction)
        )
        let scale: Scalar = reduction.scale(samples: run.samples) / Scalar(count)
        let (count, shards) = (count, shards(run.samples))
        run.pool.forEach(shards.shards) { shard, _ in
            let range = shards[shard]
            for index in range.lowerBound * count..<range.upperBound * count {
                gradient[index] = scale * function.slope(predictions[index], targets[index])
            }
        }
    }
}

extension PlanBuilder {
    /// Adds the step of a loss, and returns the loss of each sample and the prediction.
    mutating func addLoss<Function: PointwiseFunction<Scalar>>(
        _ function: Function, of prediction: Value, reduction: LossReduction
    ) -> (losses: Value, prediction: Value) {
        let step = PointwiseLossStep(
            function: function, prediction: prediction, targets: tensorTargets(prediction.shape), losses: value([]),
            reduction: reduction)
        add(step)
        return (step.losses, prediction)
    }
}
