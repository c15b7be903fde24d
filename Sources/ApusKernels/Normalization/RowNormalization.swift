import ApusBLAS
import ApusParallel

/// Normalization of each row by its own mean and (biased) variance, with a scale and a shift for each column: layer
/// normalization, Ba, Kiros and Hinton 2016.
///
///     y = scale · (x − mean) / √(variance + epsilon) + shift
///
/// Backward finds mean and variance again instead of keeping them.
package enum RowNormalization {
    /// Rows whose gradients are added up in the scalars' type before they go into a sum in Double.
    private static let block = 128

    private static func shards(_ rows: Int, _ columns: Int) -> Shards {
        Shards(of: rows, atLeast: max(1, RowShards.grain / columns))
    }

    /// Scalars of workspace that backward needs for up to `rows` rows.
    package static func workspaceCount<Scalar: BLASScalar>(rows: Int, columns: Int, as type: Scalar.Type) -> Int {
        let doubles = MemoryLayout<Double>.stride / MemoryLayout<Scalar>.stride
        return shards(rows, columns).shards * 2 * columns * (doubles + 1)
    }

    /// Normalizes rows; input and output may be the same buffer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        rows: Int, columns: Int, epsilon: Double, input: UnsafePointer<Scalar>, scale: UnsafePointer<Scalar>?,
        shift: UnsafePointer<Scalar>?, output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = shards(rows, columns)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let x = input + row &* columns
                let y = output + row &* columns
                let (mean, inverse) = statistics(columns, x, Scalar(epsilon))
                Vectors.map(columns, x, x, to: y, { x, _ in (x - mean) * inverse }, { x, _ in (x - mean) * inverse })
                if let scale { Vectors.map(columns, y, scale, to: y, { $0 * $1 }, { $0 * $1 }) }
                if let shift { Vectors.map(columns, y, shift, to: y, { $0 + $1 }, { $0 + $1 }) }
            }
        }
    }

    /// The gradients. With g the gradient of the output, x̂ the normalized input and means over a row:
    ///
    ///     scaleGradient = Σ g · x̂,  shiftGradient = Σ g
    ///     inputGradient = (scale · g − mean(scale · g) − x̂ · mean(scale · g · x̂)) / √(variance + epsilon)
    ///
    /// - Parameters:
    ///   - inputGradient: May be the output's gradient; `nil` where nobody needs it.
    ///   - workspace: ``workspaceCount(rows:columns:as:)`` scalars.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        rows: Int, columns: Int, epsilon: Double, input: UnsafePointer<Scalar>, scale: UnsafePointer<Scalar>?,
        outputGradient: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>?,
        scaleGradient: UnsafeMutablePointer<Scalar>?, shiftGradient: UnsafeMutablePointer<Scalar>?,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = shards(rows, columns)
        let totals = UnsafeMutableRawPointer(workspace).assumingMemoryBound(to: Double.self)
        let partials = UnsafeMutableRawPointer(totals + shards.shards * 2 * columns)
            .assumingMemoryBound(to: Scalar.self)
        pool.forEach(shards.shards) { shard, _ in
            let total = totals + shard * 2 * columns
            let sums = partials + shard * 2 * columns
            total.update(repeating: 0, count: 2 * columns)
            for first in stride(from: shards[shard].lowerBound, to: shards[shard].upperBound, by: block) {
                sums.update(repeating: 0, count: 2 * columns)
                for row in first..<min(first + block, shards[shard].upperBound) {
                    rowGradient(
                        columns, Scalar(epsilon), input + row &* columns, outputGradient + row &* columns, scale,
                        sums, inputGradient.map { $0 + row &* columns })
                }
                for i in 0..<2 * columns { total[i] += Double(sums[i]) }
            }
        }
        for column in 0..<columns {
            var (sum, product) = (0.0, 0.0)
            for shard in 0..<shards.shards {
                sum += totals[shard * 2 * columns + column]
                product += totals[(shard * 2 + 1) * columns + column]
            }
            shiftGradient?[column] = Scalar(sum)
            scaleGradient?[column] = Scalar(product)
        }
    }

    // MARK: One row

    /// Adds g to `sums` and g · x̂ behind them, and writes the input's gradient.
    @inline(__always)
    private static func rowGradient<Scalar: BLASScalar>(
        _ columns: Int, _ epsilon: Scalar, _ x: UnsafePointer<Scalar>, _ g: UnsafePointer<Scalar>,
        _ scale: UnsafePointer<Scalar>?, _ sums: UnsafeMutablePointer<Scalar>, _ result: UnsafeMutablePointer<Scalar>?
    ) {
        let (mean, inverse) = statistics(columns, x, epsilon)
        let products = sums + columns
        var (vectorSum, vectorProduct) = (SIMD16<Scalar>.zero, SIMD16<Scalar>.zero)
        var (sum, product): (Scalar, Scalar) = (0, 0)
        var i = 0
        while i &+ 16 <= columns {
            let slope = Vectors.load(g + i, SIMD16.self)
            let normalized = (Vectors.load(x + i, SIMD16.self) - mean) * inverse
            let scaled = scale.map { slope * Vectors.load($0 + i, SIMD16.self) } ?? slope
            vectorSum += scaled
            vectorProduct += scaled * normalized
            Vectors.store(Vectors.load(sums + i, SIMD16.self) + slope, sums + i)
            Vectors.store(Vectors.load(products + i, SIMD16.self) + slope * normalized, products + i)
            i &+= 16
        }
        while i < columns {
            let normalized = (x[i] - mean) * inverse
            let scaled = g[i] * (scale?[i] ?? 1)
            sum += scaled
            product += scaled * normalized
            sums[i] += g[i]
            products[i] += g[i] * normalized
            i &+= 1
        }
        guard let result else { return }
        let first = (vectorSum.sum() + sum) / Scalar(columns)
        let second = (vectorProduct.sum() + product) / Scalar(columns)
        i = 0
        while i &+ 16 <= columns {
            let slope = Vectors.load(g + i, SIMD16.self)
            let normalized = (Vectors.load(x + i, SIMD16.self) - mean) * inverse
            let scaled = scale.map { slope * Vectors.load($0 + i, SIMD16.self) } ?? slope
            Vectors.store((scaled - first - normalized * second) * inverse, result + i)
            i &+= 16
        }
        while i < columns {
            let normalized = (x[i] - mean) * inverse
            result[i] = (g[i] * (scale?[i] ?? 1) - first - normalized * second) * inverse
            i &+= 1
        }
    }

    /// Mean and 1 / √(variance + epsilon), in two looks; the second corrects the mean.
    @inline(__always)
    private static func statistics<Scalar: BLASScalar>(
        _ columns: Int, _ x: UnsafePointer<Scalar>, _ epsilon: Scalar
    ) -> (mean: Scalar, inverse: Scalar) {
        let count = Scalar(columns)
        let estimate =
            sum(columns, x) {
                $0
            } scalar: {
                $0
            } / count
        let rest =
            sum(columns, x) {
                $0 - estimate
            } scalar: {
                $0 - estimate
            } / count
        let squares = sum(columns, x) {
            ($0 - estimate) * ($0 - estimate)
        } scalar: {
            ($0 - estimate) * ($0 - estimate)
        }
        let variance = max(0, squares / count - rest * rest)
        return (estimate + rest, 1 / (variance + epsilon).squareRoot())
    }

    @inline(__always)
    private static func sum<Scalar: BLASScalar>(
        _ count: Int, _ x: UnsafePointer<Scalar>, vector: (SIMD16<Scalar>) -> SIMD16<Scalar>,
        scalar: (Scalar) -> Scalar
    ) -> Scalar {
        var sums = SIMD16<Scalar>.zero
        var rest: Scalar = 0
        var i = 0
        while i &+ 16 <= count {
            sums += vector(Vectors.load(x + i, SIMD16.self))
            i &+= 16
        }
        while i < count {
            rest += scalar(x[i])
            i &+= 1
        }
        return sums.sum() + rest
    }
}
