import ApusBLAS
import ApusParallel

/// The sum of buffers, element by element.
package enum ElementwiseSum {
    /// destination = Σ sources, from the first to the last; with one source, a copy. The destination may be the first source.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func add<Scalar: BLASScalar>(
        count: Int, _ sources: [UnsafePointer<Scalar>], to destination: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Shards(of: count, atLeast: RowShards.grain)
        pool.forEach(shards.shards) { shard, _ in
            let (start, length) = (shards[shard].lowerBound, shards[shard].count)
            let target = destination + start
            guard sources.count > 1 else {
                if UnsafePointer(destination) != sources[0] { target.update(from: sources[0] + start, count: length) }
                return
            }
            Vectors.map(length, sources[0] + start, sources[1] + start, to: target, { $0 + $1 }, { $0 + $1 })
            for source in sources.dropFirst(2) { Runs.add(length, source + start, to: target) }
        }
    }
}
