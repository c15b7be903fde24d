import ApusBLAS
import ApusParallel

/// A bias for each channel of `[rows, channels]`, for kernels that do not add it themselves.
package enum ChannelBias {
    private static func shards(_ rows: Int, _ channels: Int) -> Shards {
        Shards(of: rows, atLeast: max(1, RowShards.grain / channels))
    }

    /// matrix += bias, row by row.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func add<Scalar: BLASScalar>(
        rows: Int, channels: Int, bias: UnsafePointer<Scalar>, to matrix: UnsafeMutablePointer<Scalar>,
        pool: WorkerPool
    ) {
        let shards = shards(rows, channels)
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] { Runs.add(channels, bias, to: matrix + row &* channels) }
        }
    }

    /// Scalars of workspace of the bias's gradient for up to `rows` rows.
    package static func workspaceCount(rows: Int, channels: Int) -> Int { shards(rows, channels).shards * channels }

    /// biasGradient = Σ outputGradient over the rows, in the order of the shards.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func gradient<Scalar: BLASScalar>(
        rows: Int, channels: Int, outputGradient: UnsafePointer<Scalar>, biasGradient: UnsafeMutablePointer<Scalar>,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = shards(rows, channels)
        pool.forEach(shards.shards) { shard, _ in
            let (range, sums) = (shards[shard], workspace + shard * channels)
            sums.update(repeating: 0, count: channels)
            PartialSums.addRows(
                rows: range.count, columns: channels, outputGradient + range.lowerBound * channels, to: sums)
        }
        PartialSums.combine(
            workspace, count: shards.shards, stride: channels, length: channels, into: biasGradient, pool: pool)
    }
}
