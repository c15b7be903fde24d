import ApusBLAS
import ApusParallel
import CHardware

extension ChannelNormalization {
    /// Finds the statistics of a batch and normalizes by them.
    ///
    /// - Parameters:
    ///   - samples: Samples in the batch.
    ///   - input: `[samples, positions, channels]`.
    ///   - scale: `[channels]`; `nil` for ones.
    ///   - shift: `[channels]`; `nil` for zeros.
    ///   - output: Like the input, and may be it.
    ///   - statistics: ``statisticsCount(samples:)`` numbers that backward reads.
    ///   - workspace: ``workspaceCount(samples:as:)`` scalars.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func forward<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, scale: UnsafePointer<Scalar>?, shift: UnsafePointer<Scalar>?,
        output: UnsafeMutablePointer<Scalar>, statistics: UnsafeMutablePointer<Double>,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let memory = NormalizationWorkspace(self, samples: samples, workspace)
        findMoments(samples: samples, input: input, memory, pool: pool)
        mergeMoments(samples: samples, memory, statistics, pool: pool)
        let statistics = UnsafePointer(statistics)
        forEachBlock(samples: samples, pool: pool) { block in
            setCoefficients(block: block, memory, scale: scale, shift: shift) { channel in
                let place = 2 * (block * groups + channel / (channels / groups))
                return (statistics[place], statistics[place + 1])
            }
        }
        apply(samples: samples, input: input, output: output, memory, pool: pool)
    }

    /// Normalizes by given statistics.
    ///
    /// - Parameters:
    ///   - means: `[channels]`.
    ///   - variances: `[channels]`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func inference<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, means: UnsafePointer<Scalar>, variances: UnsafePointer<Scalar>,
        scale: UnsafePointer<Scalar>?, shift: UnsafePointer<Scalar>?, output: UnsafeMutablePointer<Scalar>,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let memory = NormalizationWorkspace(self, samples: samples, workspace)
        setCoefficients(memory, samples, means, variances, scale: scale, shift: shift, pool: pool)
        apply(samples: samples, input: input, output: output, memory, pool: pool)
    }

    /// running = momentum · running + (1 − momentum) · value, where the value is the mean over the blocks, each
    /// weighted by its samples, of their means or variances. One channel in a group.
    ///
    /// - Parameter isUnbiased: Whether the variance is divided by one less than there are numbers.
    package func updateRunning<Scalar: BLASScalar>(
        samples: Int, statistics: UnsafePointer<Double>, momentum: Double, isUnbiased: Bool,
        means: UnsafeMutablePointer<Scalar>, variances: UnsafeMutablePointer<Scalar>
    ) {
        for channel in 0..<channels {
            var (mean, variance) = (0.0, 0.0)
            for block in 0..<blocks(samples: samples) {
                let place = 2 * (block * channels + channel)
                let count = Double(pixels(ofBlock: block, samples: samples).count)
                let share = count / Double(samples * positions)
                let inverse = statistics[place + 1]
                let biased = max(0, 1 / (inverse * inverse) - epsilon)
                mean += share * statistics[place]
                variance += share * (isUnbiased && count > 1 ? biased * count / (count - 1) : biased)
            }
            means[channel] = Scalar(momentum * Double(means[channel]) + (1 - momentum) * mean)
            variances[channel] = Scalar(momentum * Double(variances[channel]) + (1 - momentum) * variance)
        }
    }

    // MARK: Statistics

    private func findMoments<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, _ memory: NormalizationWorkspace<Scalar>, pool: WorkerPool
    ) {
        forEachShard(samples: samples, pool: pool) { unit, _, first, rows, rest in
            let source = input + first * channels
            let means = memory.partials + unit * partialCount
            let squares = means + partialCount / 2
            var moments = chardware_moments(
                source: source, rows: rows, columns: rowCount, means: means, squares: squares)
            TileSet.best.findMoments(&moments, as: Scalar.self)
            moments = chardware_moments(
                source: source + rows * rowCount, rows: rest, columns: channels, means: means + rowCount,
                squares: squares + rowCount)
            TileSet.best.findMoments(&moments, as: Scalar.self)
        }
    }

    /// Merges what shards and channels of a group found, in order: Chan, Golub and LeVeque 1979.
    private func mergeMoments<Scalar: BLASScalar>(
        samples: Int, _ memory: NormalizationWorkspace<Scalar>, _ statistics: UnsafeMutablePointer<Double>,
        pool: WorkerPool
    ) {
        let perGroup = channels / groups
        let work = Shards(of: blocks(samples: samples) * groups, atLeast: max(1, 64 / perGroup))
        pool.forEach(work.shards) { shard, _ in
            for item in work[shard] {
                let (block, group) = item.quotientAndRemainder(dividingBy: groups)
                var (count, mean, square) = (0.0, 0.0, 0.0)
                for channel in group * perGroup..<(group + 1) * perGroup {
                    forEachPart(ofBlock: block, channel: channel, samples: samples) { place, pixels in
                        let added = Double(pixels)
                        let delta = memory.partials[place] - mean
                        let total = count + added
                        mean += delta * added / total
                        square += memory.partials[place + partialCount / 2] + delta * delta * count * added / total
                        count = total
                    }
                }
                statistics[2 * item] = mean
                statistics[2 * item + 1] = 1 / (square / count + epsilon).squareRoot()
            }
        }
    }

    // MARK: Coefficients

    /// Calls `body` for each block, on several threads where it pays.
    func forEachBlock(samples: Int, pool: WorkerPool, _ body: (_ block: Int) -> Void) {
        let work = Shards(of: blocks(samples: samples), atLeast: max(1, 2048 / channels))
        pool.forEach(work.shards) { shard, _ in
            for block in work[shard] { body(block) }
        }
    }

    /// Center, factor and shift of a block, repeated for each pixel of a row. The center is the mean as a scalar, and
    /// what that rounding took goes into the shift.
    func setCoefficients<Scalar: BLASScalar>(
        block: Int, _ memory: NormalizationWorkspace<Scalar>, scale: UnsafePointer<Scalar>?,
        shift: UnsafePointer<Scalar>?, _ statistics: (_ channel: Int) -> (mean: Double, inverse: Double)
    ) {
        let centers = memory.coefficients + block * Self.coefficients * rowCount
        for channel in 0..<channels {
            let (mean, inverse) = statistics(channel)
            let factor = (scale.map { Double($0[channel]) } ?? 1) * inverse
            centers[channel] = Scalar(mean)
            centers[rowCount + channel] = Scalar(factor)
            centers[2 * rowCount + channel] = Scalar(
                (shift.map { Double($0[channel]) } ?? 0) - (mean - Double(Scalar(mean))) * factor)
        }
        repeatCoefficients(0..<3, of: block, memory)
    }

    /// The same of all blocks from given statistics.
    func setCoefficients<Scalar: BLASScalar>(
        _ memory: NormalizationWorkspace<Scalar>, _ samples: Int, _ means: UnsafePointer<Scalar>,
        _ variances: UnsafePointer<Scalar>, scale: UnsafePointer<Scalar>?, shift: UnsafePointer<Scalar>?,
        pool: WorkerPool
    ) {
        forEachBlock(samples: samples, pool: pool) { block in
            setCoefficients(block: block, memory, scale: scale, shift: shift) { channel in
                (Double(means[channel]), 1 / (Double(variances[channel]) + epsilon).squareRoot())
            }
        }
    }

    func repeatCoefficients<Scalar: BLASScalar>(
        _ coefficients: Range<Int>, of block: Int, _ memory: NormalizationWorkspace<Scalar>
    ) {
        for coefficient in coefficients {
            let row = memory.coefficients + (block * Self.coefficients + coefficient) * rowCount
            for pixel in 1..<max(1, pixelsPerRow) { (row + pixel * channels).update(from: row, count: channels) }
        }
    }

    /// A matrix of whole rows or of single pixels with a block's coefficients.
    func matrix<Scalar: BLASScalar>(
        _ block: Int, _ memory: NormalizationWorkspace<Scalar>, source: UnsafePointer<Scalar>,
        gradients: UnsafePointer<Scalar>?, target: UnsafeMutablePointer<Scalar>?, rows: Int, columns: Int,
        sums: UnsafeMutablePointer<Double>? = nil, products: UnsafeMutablePointer<Double>? = nil
    ) -> chardware_normalization {
        let row = memory.coefficients + block * Self.coefficients * rowCount
        return chardware_normalization(
            function: function, source: source, gradients: gradients, target: target, rows: rows, columns: columns,
            centers: row, factors: row + rowCount, shifts: row + 2 * rowCount, slopes: row + 3 * rowCount,
            offsets: row + 4 * rowCount, sums: sums, products: products)
    }

    private func apply<Scalar: BLASScalar>(
        samples: Int, input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>,
        _ memory: NormalizationWorkspace<Scalar>, pool: WorkerPool
    ) {
        forEachShard(samples: samples, pool: pool) { _, block, first, rows, rest in
            func apply(_ start: Int, rows: Int, columns: Int) {
                var part = matrix(
                    block, memory, source: input + start, gradients: nil, target: output + start, rows: rows,
                    columns: columns)
                TileSet.best.normalize(&part, as: Scalar.self)
            }
            apply(first * channels, rows: rows, columns: rowCount)
            apply(first * channels + rows * rowCount, rows: rest, columns: channels)
        }
    }
}
