import ApusBLAS
import ApusParallel

/// The definition of a matrix product written out as three loops: the reference for every other.
package enum NaiveProduct {
    /// C[m×n] = A[m×k] · B[k×n], all row-major and dense, one row of C a shard.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func multiply<Scalar: BLASScalar>(
        m: Int, n: Int, k: Int, a: UnsafePointer<Scalar>, b: UnsafePointer<Scalar>, c: UnsafeMutablePointer<Scalar>,
        pool: WorkerPool
    ) {
        pool.forEach(m) { i, _ in
            for j in 0..<n {
                var sum: Scalar = 0
                for p in 0..<k { sum += a[i &* k &+ p] * b[p &* n &+ j] }
                c[i &* n &+ j] = sum
            }
        }
    }
}
