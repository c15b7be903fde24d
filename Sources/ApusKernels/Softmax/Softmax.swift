import ApusBLAS
import ApusParallel

/// The softmax of each row, yᵢ = exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x), which cannot overflow.
public enum Softmax {
    static func shards(_ rows: Int, _ classes: Int) -> Shards {
        Shards(of: rows, atLeast: max(1, 2048 / max(1, classes)))
    }

    /// output = softmax of each row of input; both may be the same buffer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        rows: Int, classes: Int, input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = shards(rows, classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                _ = normalize(classes, input + row &* classes, output + row &* classes)
            }
        }
    }

    /// inputGradientᵢ = yᵢ · (gᵢ − Σⱼ gⱼ yⱼ); both gradients may be the same buffer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        rows: Int, classes: Int, output: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = shards(rows, classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let y = output + row &* classes
                let g = outputGradient + row &* classes
                var mean: Scalar = 0
                for i in 0..<classes { mean += g[i] * y[i] }
                let target = inputGradient + row &* classes
                for i in 0..<classes { target[i] = y[i] * (g[i] - mean) }
            }
        }
    }

    /// Writes the softmax of a row and returns the logarithm of its normaliser, ln Σ exp xⱼ, in two parts: the maximum
    /// and the rest. `y` may be `x`.
    @inline(__always)
    static func normalize<Scalar: BLASScalar>(
        _ classes: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
    ) -> (maximum: Scalar, logSum: Scalar) {
        var maximum = -Scalar.infinity
        for i in 0..<classes { maximum = x[i] > maximum ? x[i] : maximum }
        var sum: Scalar = 0
        Exponentials.fill(count: classes, input: x, shift: maximum, output: y)
        for i in 0..<classes { sum += y[i] }
        for i in 0..<classes { y[i] /= sum }
        return (maximum, naturalLogarithm(sum))
    }
}
