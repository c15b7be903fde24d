import ApusBLAS
import ApusParallel

/// Products of whole tensors with one factor, and of `[rows, channels]` with a factor for each channel.
package enum ChannelScaling {
    /// output = factor · input; both may be the same buffer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func scale<Scalar: BLASScalar>(
        count: Int, by factor: Scalar, input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>,
        pool: WorkerPool
    ) {
        let shards = Shards(of: count, atLeast: RowShards.grain)
        pool.forEach(shards.shards) { shard, _ in
            let (start, length) = (shards[shard].lowerBound, shards[shard].count)
            Vectors.map(
                length, input + start, input + start, to: output + start, { x, _ in x * factor }, { x, _ in x * factor }
            )
        }
    }

    /// output = input · factors, row by row; input and output may be the same buffer.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func scale<Scalar: BLASScalar>(
        rows: Int, channels: Int, by factors: UnsafePointer<Scalar>, input: UnsafePointer<Scalar>,
        output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Shards(of: rows, atLeast: max(1, RowShards.grain / channels))
        pool.forEach(shards.shards) { shard, _ in
            for row in shards[shard] {
                let place = row &* channels
                Vectors.map(channels, input + place, factors, to: output + place, { $0 * $1 }, { $0 * $1 })
            }
        }
    }

    /// Scalars of workspace of the factors' gradient for up to `rows` rows.
    package static func workspaceCount(rows: Int, channels: Int) -> Int { shards(rows, channels).shards * channels }

    /// factorGradient = Σ input · outputGradient over the rows, in the order of the shards.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func factorGradient<Scalar: BLASScalar>(
        rows: Int, channels: Int, input: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>,
        factorGradient: UnsafeMutablePointer<Scalar>, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = shards(rows, channels)
        pool.forEach(shards.shards) { shard, _ in
            let sums = workspace + shard * channels
            sums.update(repeating: 0, count: channels)
            for row in shards[shard] {
                let (x, g) = (input + row &* channels, outputGradient + row &* channels)
                for c in 0..<channels { sums[c] += x[c] * g[c] }
            }
        }
        PartialSums.combine(
            workspace, count: shards.shards, stride: channels, length: channels, into: factorGradient, pool: pool)
    }

    private static func shards(_ rows: Int, _ channels: Int) -> Shards {
        Shards(of: rows, atLeast: max(1, RowShards.grain / channels))
    }
}
