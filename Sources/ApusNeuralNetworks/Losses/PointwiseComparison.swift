import ApusBLAS
import ApusParallel

/// The values of a loss that is the mean over a sample's elements of a function of prediction and target, and the loops over
/// them, which are specialised with the function that they are given.
struct PointwiseComparison: Sendable {
    let prediction: Value
    let targets: Value
    let losses: Value
    let reduction: LossReduction

    init<Scalar: BLASScalar>(
        _ prediction: Value, reduction: LossReduction, into builder: inout PlanBuilder<Scalar>
    ) {
        self.prediction = prediction
        self.reduction = reduction
        targets = builder.tensorTargets(prediction.shape)
        losses = builder.value([])
    }

    private var count: Int { prediction.shape.count }
    private func shards(_ samples: Int) -> Shards { Shards(of: samples, atLeast: max(1, 16_384 / max(count, 1))) }

    /// losses = mean of `value(prediction, target)` of each sample.
    @inline(__always)
    func forward<Scalar: BLASScalar>(_ run: StepRun<Scalar>, _ value: (Scalar, Scalar) -> Scalar) {
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
    func backward<Scalar: BLASScalar>(_ run: StepRun<Scalar>, _ slope: (Scalar, Scalar) -> Scalar) {
        guard prediction.hasGradient else { return }
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

/// A step that makes such a comparison.
protocol PointwiseComparisonStep: Step {
    var comparison: PointwiseComparison { get }
}

extension PointwiseComparisonStep {
    var inputs: [Value] { [comparison.prediction, comparison.targets] }
    var outputs: [Value] { [comparison.losses] }
    var keptForBackward: [Value] { [comparison.prediction, comparison.targets] }
}
