import ApusBLAS
import ApusParallel

/// The logistic function σ(x) = 1 / (1 + e⁻ˣ) and the cross-entropy of its values with targets in 0…1, from the logits:
///
///     loss = (1 − t) x + (1 + (w − 1) t) · ln(1 + e⁻ˣ)
///
/// where w weighs the loss of what is positive. Every exponential is of a negative number, so that none overflows. With a
/// smoothing ε a target t becomes (1 − ε) t + ε / 2. A row's loss is the mean over its elements.
package struct LogisticCrossEntropy<Scalar: BLASScalar>: Sendable {
    /// Share of each target that is moved to the middle.
    package let smoothing: Scalar
    /// Weight of positive targets.
    package let positiveWeight: Scalar

    /// The function of its two settings.
    package init(smoothing: Scalar, positiveWeight: Scalar) {
        self.smoothing = smoothing
        self.positiveWeight = positiveWeight
    }

    /// probabilities = σ(logits), losses = mean of each row; `probabilities` is another buffer than `logits`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func forward(
        rows: Int, columns: Int, logits: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>,
        probabilities: UnsafeMutablePointer<Scalar>, losses: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, columns)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                var sum: Scalar = 0
                for index in row * columns..<(row + 1) * columns {
                    let (x, t) = (logits[index], smoothed(targets[index]))
                    let power = exponential(-abs(x))
                    probabilities[index] = (x < 0 ? power : 1) / (1 + power)
                    let softplus = naturalLogarithmOfOnePlus(power) + max(-x, 0)
                    sum += (1 - t) * x + (1 + (positiveWeight - 1) * t) * softplus
                }
                losses[row] = sum / Scalar(columns)
            }
        }
    }

    /// logitGradient = scale / columns · ((1 − t) − (1 + (w − 1) t) · (1 − probabilities)).
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func backward(
        rows: Int, columns: Int, probabilities: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, scale: Scalar,
        logitGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, columns)
        let scale = scale / Scalar(columns)
        pool.forEach(shards.shards) { shard, _ in
            let range = shards[shard]
            for index in range.lowerBound * columns..<range.upperBound * columns {
                let (p, t) = (probabilities[index], smoothed(targets[index]))
                // The same as above, without the difference of nearly equal numbers for w = 1.
                logitGradient[index] = scale * (p - t - (positiveWeight - 1) * t * (1 - p))
            }
        }
    }

    @inline(__always)
    private func smoothed(_ target: Scalar) -> Scalar { (1 - smoothing) * target + smoothing / 2 }
}
