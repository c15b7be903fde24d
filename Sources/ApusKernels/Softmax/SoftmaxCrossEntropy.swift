import ApusBLAS
import ApusParallel

/// Softmax and cross-entropy of each row together, from the logits: lossᵣ = ln Σⱼ exp xⱼ − x_label. No logarithm of a
/// rounded probability is taken, so the loss is exact to rounding for logits of any magnitude.
///
/// `scale` is what each row's loss is multiplied by in the total, 1/rows for the mean.
package enum SoftmaxCrossEntropy {
    // MARK: Class indices

    /// probabilities = softmax of each row, losses = −ln of the label's probability.
    ///
    /// - Precondition: Labels are in `0..<classes`. `probabilities` is another buffer than `logits`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        rows: Int, classes: Int, logits: UnsafePointer<Scalar>, labels: UnsafePointer<Int32>,
        probabilities: UnsafeMutablePointer<Scalar>, losses: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let x = logits + row &* classes
                let label = checked(labels[row], row: row, classes: classes)
                let (maximum, logSum) = Softmax.normalize(classes, x, probabilities + row &* classes)
                losses[row] = logSum - (x[label] - maximum)
            }
        }
    }

    /// logitGradient = scale · (probabilities − one-hot label); may be the buffer of `probabilities`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        rows: Int, classes: Int, probabilities: UnsafePointer<Scalar>, labels: UnsafePointer<Int32>, scale: Scalar,
        logitGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let p = probabilities + row &* classes
                let target = logitGradient + row &* classes
                let label = checked(labels[row], row: row, classes: classes)
                let ofLabel = p[label]
                for i in 0..<classes { target[i] = p[i] * scale }
                target[label] = (ofLabel - 1) * scale
            }
        }
    }

    private static func checked(_ label: Int32, row: Int, classes: Int) -> Int {
        require(
            label >= 0 && label < classes,
            "SoftmaxCrossEntropy: label of row \(row) is \(label), expected 0..<\(classes)")
        return Int(label)
    }

    // MARK: Distributions

    /// probabilities = softmax of each row, losses = −Σᵢ targetᵢ · ln probabilityᵢ; targets are `[rows, classes]`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        rows: Int, classes: Int, logits: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>,
        probabilities: UnsafeMutablePointer<Scalar>, losses: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let x = logits + row &* classes
                let t = targets + row &* classes
                let (maximum, logSum) = Softmax.normalize(classes, x, probabilities + row &* classes)
                var loss: Scalar = 0
                for i in 0..<classes { loss += t[i] * (logSum - (x[i] - maximum)) }
                losses[row] = loss
            }
        }
    }

    /// logitGradient = scale · (probabilities · Σ targets − targets); may be the buffer of `probabilities`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        rows: Int, classes: Int, probabilities: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, scale: Scalar,
        logitGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let p = probabilities + row &* classes
                let t = targets + row &* classes
                let target = logitGradient + row &* classes
                var total: Scalar = 0
                for i in 0..<classes { total += t[i] }
                for i in 0..<classes { target[i] = (p[i] * total - t[i]) * scale }
            }
        }
    }
}
