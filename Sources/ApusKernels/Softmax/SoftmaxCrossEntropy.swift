import ApusBLAS
import ApusParallel

/// Softmax and cross-entropy of each row together, from the logits: lossᵣ = ln Σⱼ exp xⱼ − x_label. No logarithm of a
/// rounded probability is taken, so the loss is exact to rounding for logits of any magnitude.
///
/// `scale` is what each row's loss is multiplied by in the total, 1/rows for the mean. With a smoothing ε every target t
/// becomes (1 − ε) t + ε / classes (Szegedy et al. 2016, arXiv 1512.00567); with weights, one for each class, a row's loss
/// is multiplied by the weight of its class.
package enum SoftmaxCrossEntropy {
    // MARK: Class indices

    /// probabilities = softmax of each row, losses = −ln of the label's probability.
    ///
    /// - Precondition: Labels are in `0..<classes`. `probabilities` is another buffer than `logits`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        rows: Int, classes: Int, logits: UnsafePointer<Scalar>, labels: UnsafePointer<Int32>, smoothing: Scalar = 0,
        weights: UnsafePointer<Scalar>? = nil, probabilities: UnsafeMutablePointer<Scalar>,
        losses: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let x = logits + row &* classes
                let label = checked(labels[row], row: row, classes: classes)
                let (maximum, logSum) = Softmax.normalize(classes, x, probabilities + row &* classes)
                var loss = logSum - (x[label] - maximum)
                if smoothing != 0 {
                    var others: Scalar = 0
                    for i in 0..<classes { others += logSum - (x[i] - maximum) }
                    loss = (1 - smoothing) * loss + smoothing / Scalar(classes) * others
                }
                losses[row] = weights.map { $0[label] * loss } ?? loss
            }
        }
    }

    /// logitGradient = scale · (probabilities − one-hot label); may be the buffer of `probabilities`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        rows: Int, classes: Int, probabilities: UnsafePointer<Scalar>, labels: UnsafePointer<Int32>,
        smoothing: Scalar = 0, weights: UnsafePointer<Scalar>? = nil, scale: Scalar,
        logitGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, classes)
        let background = smoothing / Scalar(classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let p = probabilities + row &* classes
                let target = logitGradient + row &* classes
                let label = checked(labels[row], row: row, classes: classes)
                let scale = weights.map { $0[label] * scale } ?? scale
                let ofLabel = p[label]
                for i in 0..<classes { target[i] = (p[i] - background) * scale }
                target[label] = (ofLabel - (1 - smoothing + background)) * scale
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
    ///
    /// The weight of a row is Σᵢ targetᵢ · weightᵢ.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        rows: Int, classes: Int, logits: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, smoothing: Scalar = 0,
        weights: UnsafePointer<Scalar>? = nil, probabilities: UnsafeMutablePointer<Scalar>,
        losses: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, classes)
        let background = smoothing / Scalar(classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let x = logits + row &* classes
                let t = targets + row &* classes
                let (maximum, logSum) = Softmax.normalize(classes, x, probabilities + row &* classes)
                var loss: Scalar = 0
                for i in 0..<classes {
                    loss += ((1 - smoothing) * t[i] + background) * (logSum - (x[i] - maximum))
                }
                losses[row] = weights.map { weight(of: t, classes, $0) * loss } ?? loss
            }
        }
    }

    /// logitGradient = scale · (probabilities · Σ targets − targets); may be the buffer of `probabilities`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        rows: Int, classes: Int, probabilities: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>,
        smoothing: Scalar = 0, weights: UnsafePointer<Scalar>? = nil, scale: Scalar,
        logitGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Softmax.shards(rows, classes)
        let background = smoothing / Scalar(classes)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let p = probabilities + row &* classes
                let t = targets + row &* classes
                let target = logitGradient + row &* classes
                let scale = weights.map { weight(of: t, classes, $0) * scale } ?? scale
                var total: Scalar = 0
                for i in 0..<classes { total += t[i] }
                total = (1 - smoothing) * total + smoothing
                for i in 0..<classes { target[i] = (p[i] * total - ((1 - smoothing) * t[i] + background)) * scale }
            }
        }
    }

    @inline(__always)
    private static func weight<Scalar: BLASScalar>(
        of targets: UnsafePointer<Scalar>, _ classes: Int, _ weights: UnsafePointer<Scalar>
    ) -> Scalar {
        (0..<classes).reduce(0) { $0 + targets[$1] * weights[$1] }
    }

    // MARK: Divergence

    /// probabilities = softmax of each row, losses = Σᵢ targetᵢ · ln(targetᵢ / probabilityᵢ), the divergence of Kullback and
    /// Leibler, in which a target of zero counts nothing. Its gradient is that of the cross-entropy.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func divergence<Scalar: BLASScalar>(
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
                for i in 0..<classes where t[i] > 0 {
                    loss += t[i] * (naturalLogarithm(t[i]) + logSum - (x[i] - maximum))
                }
                losses[row] = loss
            }
        }
    }
}
