import ApusBLAS
import ApusParallel

/// Approximates the orthogonal matrix that is nearest to a matrix, U Vᵀ of its singular value decomposition, by a polynomial
/// iteration of products alone (Newton and Schulz; Jordan et al. 2024):
///
///     X ← X / (‖X‖ + 1e-7)
///     A = X Xᵀ,  X ← a X + (b A + c A²) X        `iterations` times
///
/// The default coefficients raise small singular values fastest and leave all of them between about 0.7 and 1.2. The iteration
/// commutes with transposition, so that A is made on the smaller side of X.
public struct Orthogonalization: Sendable, Hashable, Codable, Validated {
    /// Number of iterations.
    public var iterations: Int
    /// Coefficient of X.
    public var a: Double
    /// Coefficient of A X.
    public var b: Double
    /// Coefficient of A² X.
    public var c: Double

    /// The published iteration; airbench takes 3.
    public init(iterations: Int = 5, a: Double = 3.4445, b: Double = -4.7750, c: Double = 2.0315) {
        self.iterations = iterations
        self.a = a
        self.b = b
        self.c = c
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(iterations >= 0, "Orthogonalization: \(iterations) iterations")
    }

    /// Elements of the memory that ``apply(_:_:pool:)`` needs for a matrix.
    func scratchCount(_ matrix: (rows: Int, columns: Int)) -> Int {
        let side = min(matrix.rows, matrix.columns)
        return 2 * matrix.rows * matrix.columns + 2 * side * side
    }

    /// Orthogonalizes the row-major matrix at the beginning of `scratch` and returns where in it the result lies.
    func apply(
        _ matrix: (rows: Int, columns: Int), _ scratch: UnsafeMutablePointer<Float>, pool: WorkerPool
    ) -> UnsafeMutablePointer<Float> {
        let (rows, columns) = matrix
        let (count, side) = (rows * columns, min(rows, columns))
        var (x, next) = (scratch, scratch + count)
        let square = scratch + 2 * count
        let polynomial = square + side * side
        let norm = ElementSums.squares(x, count: count, pool: pool).squareRoot()
        let factor = Float(1 / (norm + 1e-7))
        for index in 0..<count { x[index] *= factor }
        let isTall = rows >= columns
        for _ in 0..<max(iterations, 0) {
            let matrix = x
            // A = Xᵀ X or X Xᵀ.
            forEachBlock(of: side, flops: side * max(rows, columns), pool) { start, height in
                BLAS.gemm(
                    transposeA: isTall, transposeB: !isTall, m: height, n: side, k: max(rows, columns),
                    a: matrix + (isTall ? start : start * columns), lda: columns, b: matrix, ldb: columns,
                    c: square + start * side, ldc: side)
            }
            // B = b A + c A².
            forEachBlock(of: side, flops: side * side, pool) { start, height in
                let block = polynomial + start * side
                block.update(from: square + start * side, count: height * side)
                BLAS.gemm(
                    m: height, n: side, k: side, alpha: Float(c), a: square + start * side, lda: side, b: square,
                    ldb: side, beta: Float(b), c: block, ldc: side)
            }
            // X ← a X + X B or a X + B X.
            let target = next
            forEachBlock(of: rows, flops: columns * side, pool) { start, height in
                let block = target + start * columns
                block.update(from: matrix + start * columns, count: height * columns)
                BLAS.gemm(
                    m: height, n: columns, k: side, a: isTall ? matrix + start * columns : polynomial + start * side,
                    lda: isTall ? columns : side, b: isTall ? polynomial : matrix, ldb: columns, beta: Float(a),
                    c: block, ldc: columns)
            }
            swap(&x, &next)
        }
        return x
    }

    /// Calls `body` for blocks of rows, each worth a million operations or more, of which a row has 2 `flops`.
    private func forEachBlock(
        of rows: Int, flops: Int, _ pool: WorkerPool, _ body: (_ start: Int, _ height: Int) -> Void
    ) {
        let shards = Shards(of: rows, atLeast: max(16, 500_000 / max(flops, 1)))
        pool.forEach(shards.shards) { shard, _ in body(shards[shard].lowerBound, shards[shard].count) }
    }
}
