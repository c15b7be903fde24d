import ApusBLAS
import ApusParallel

/// A matrix product cut into pieces of at most 100³ multiply-adds.
///
/// Such pieces OpenBLAS multiplies in place on processors with AVX-512 (`SMALL_MATRIX_OPT`, for operands that need no
/// transposing on the right), where it packs larger operands first: at the sizes of convolutions 150 GFLOP/s against 110.
enum SmallProducts {
    private static let limit = 1_000_000
    /// Rows with which a piece of the right operand is worth loading.
    private static let rows = 48
    /// Columns of a piece.
    private static let columns = 256

    /// C[m×n] = A · B + β · C, with A read as its transpose where `transposeA` says so.
    @inline(__always)
    static func multiply<Scalar: BLASScalar>(
        transposeA: Bool = false, m: Int, n: Int, k: Int, a: UnsafePointer<Scalar>, lda: Int,
        b: UnsafePointer<Scalar>, ldb: Int, beta: Scalar = 0, c: UnsafeMutablePointer<Scalar>, ldc: Int
    ) {
        let columnPieces = pieces(n, of: columns)
        let width = (n + columnPieces - 1) / columnPieces
        let depthPieces = pieces(k, of: max(64, limit / (min(m, rows) * width)))
        let depth = (k + depthPieces - 1) / depthPieces
        let rowPieces = pieces(m, of: max(1, limit / (width * depth)))
        let (rowBlocks, columnBlocks, depthBlocks) = (
            Shards(of: m, limit: rowPieces), Shards(of: n, limit: columnPieces), Shards(of: k, limit: depthPieces)
        )
        for row in 0..<rowBlocks.shards {
            let i = rowBlocks[row]
            for column in 0..<columnBlocks.shards {
                let j = columnBlocks[column]
                for layer in 0..<depthBlocks.shards {
                    let p = depthBlocks[layer]
                    BLAS.gemm(
                        transposeA: transposeA, m: i.count, n: j.count, k: p.count,
                        a: a + (transposeA ? p.lowerBound * lda + i.lowerBound : i.lowerBound * lda + p.lowerBound),
                        lda: lda, b: b + (p.lowerBound * ldb + j.lowerBound), ldb: ldb,
                        beta: layer == 0 ? beta : 1, c: c + (i.lowerBound * ldc + j.lowerBound), ldc: ldc)
                }
            }
        }
    }

    private static func pieces(_ count: Int, of size: Int) -> Int { (count + size - 1) / size }
}
