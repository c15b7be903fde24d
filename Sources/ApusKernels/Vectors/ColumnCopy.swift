import ApusBLAS
import ApusParallel

/// Copies of some columns of row-major matrices.
package enum ColumnCopy {
    /// destination[i, j] = source[i, j] for j in 0..<columns; neighbouring rows begin `stride` apart.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func copy<Scalar: BLASScalar>(
        rows: Int, columns: Int, from source: UnsafePointer<Scalar>, stride sourceStride: Int,
        to destination: UnsafeMutablePointer<Scalar>, stride destinationStride: Int, pool: WorkerPool
    ) {
        let shards = Shards(of: rows, atLeast: max(1, RowShards.grain / max(columns, 1)))
        pool.forEach(shards.shards) { shard, _ in
            let (first, count) = (shards[shard].lowerBound, shards[shard].count)
            Runs.copy(
                count, length: columns, from: source + first * sourceStride, step: sourceStride,
                to: destination + first * destinationStride, step: destinationStride)
        }
    }
}
