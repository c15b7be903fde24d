import ApusBLAS
import ApusParallel

/// Sums that shards leave side by side, to be added in the order of the shards.
enum PartialSums {
    /// destination[i] = Σ partials[s · stride + i] over s in 0..<count, from s = 0 up.
    static func combine<Scalar: BLASScalar>(
        _ partials: UnsafePointer<Scalar>, count: Int, stride: Int, length: Int,
        into destination: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = Shards(of: length, atLeast: 2048)
        pool.forEach(shards.shards) { shard, _ in
            let range = shards[shard]
            for start in Swift.stride(from: range.lowerBound, to: range.upperBound, by: 1024) {
                let block = min(1024, range.upperBound - start)
                (destination + start).update(from: partials + start, count: block)
                for partial in 1..<max(1, count) {
                    Runs.add(block, partials + partial * stride + start, to: destination + start)
                }
            }
        }
    }

    /// sums += Σ rows of a row-major matrix.
    @inline(__always)
    static func addRows<Scalar: BLASScalar>(
        rows: Int, columns: Int, _ matrix: UnsafePointer<Scalar>, to sums: UnsafeMutablePointer<Scalar>
    ) {
        for row in 0..<rows { Runs.add(columns, matrix + row &* columns, to: sums) }
    }
}
