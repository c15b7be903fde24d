extension BLAS {
    /// C ← α·op(A)·op(B) + β·C, where op(X) is X or Xᵀ.
    ///
    /// - Parameters:
    ///   - transposeA: Whether op(A) is Aᵀ.
    ///   - transposeB: Whether op(B) is Bᵀ.
    ///   - m: Rows of op(A) and C.
    ///   - n: Columns of op(B) and C.
    ///   - k: Columns of op(A), rows of op(B); with 0 the product is zero.
    ///   - a: A, [m, k], or [k, m] with `transposeA`; leading dimension at least its columns.
    ///   - b: B, [k, n], or [n, k] with `transposeB`; leading dimension at least its columns.
    ///   - beta: 0 writes C without reading it.
    ///   - c: C, [m, n] with leading dimension `ldc ≥ n`.
    /// - Precondition: Each span holds its matrix.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func gemm<Scalar: BLASScalar>(
        transposeA: Bool = false, transposeB: Bool = false, m: Int, n: Int, k: Int, alpha: Scalar = 1,
        a: Span<Scalar>, lda: Int, b: Span<Scalar>, ldb: Int, beta: Scalar = 0, c: inout MutableSpan<Scalar>, ldc: Int
    ) {
        let product = ProductOperands(
            transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, lda: lda, ldb: ldb, ldc: ldc)
        product.a.requireRoom(a.count, in: "BLAS.gemm", product.description)
        product.b.requireRoom(b.count, in: "BLAS.gemm", product.description)
        product.c.requireRoom(c.count, in: "BLAS.gemm", product.description)
        withPointers(a, b, &c) {
            gemm(
                transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: alpha, a: $0, lda: lda,
                b: $1, ldb: ldb, beta: beta, c: $2, ldc: ldc)
        }
    }

    /// The symmetric update C ← α·op(A)·op(A)ᵀ + β·C in one triangle of C, where op(A) is A or Aᵀ; the other triangle is
    /// neither read nor written.
    ///
    /// - Parameters:
    ///   - triangle: The triangle of C that is computed.
    ///   - transpose: Whether op(A) is Aᵀ.
    ///   - n: Rows and columns of C, rows of op(A).
    ///   - k: Columns of op(A).
    ///   - a: A, [n, k], or [k, n] with `transpose`; leading dimension at least its columns.
    ///   - beta: 0 writes C without reading it.
    ///   - c: C, [n, n] with leading dimension `ldc ≥ n`.
    /// - Precondition: Each span holds its matrix.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func syrk<Scalar: BLASScalar>(
        triangle: Triangle, transpose: Bool = false, n: Int, k: Int, alpha: Scalar = 1, a: Span<Scalar>, lda: Int,
        beta: Scalar = 0, c: inout MutableSpan<Scalar>, ldc: Int
    ) {
        let operandA = MatrixOperand("A", transpose ? k : n, transpose ? n : k, leadingDimension: lda)
        let operandC = MatrixOperand("C", n, n, leadingDimension: ldc)
        operandA.requireRoom(a.count, in: "BLAS.syrk", "\(operandA), \(operandC)")
        operandC.requireRoom(c.count, in: "BLAS.syrk", "\(operandA), \(operandC)")
        withPointers(a, &c) {
            syrk(
                triangle: triangle, transpose: transpose, n: n, k: k, alpha: alpha, a: $0, lda: lda, beta: beta, c: $1,
                ldc: ldc)
        }
    }

    /// Solves op(A)·X = α·B (``Side/left``) or X·op(A) = α·B (``Side/right``) for a triangular A, where op(A) is A or Aᵀ,
    /// and puts X in the place of B.
    ///
    /// A zero on the diagonal is not looked for: it divides by zero. α = 0 makes X zero whatever B held.
    ///
    /// - Parameters:
    ///   - side: Where A stands; A is [m, m] on the left and [n, n] on the right.
    ///   - triangle: The triangle of A that is read; the other is taken to be zero.
    ///   - transpose: Whether op(A) is Aᵀ.
    ///   - unitDiagonal: Whether A's diagonal is taken to be 1 and not read.
    ///   - m: Rows of B.
    ///   - n: Columns of B.
    ///   - a: A, leading dimension at least its columns.
    ///   - b: B and X, [m, n] with leading dimension `ldb ≥ n`.
    /// - Precondition: Each span holds its matrix.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func trsm<Scalar: BLASScalar>(
        side: Side, triangle: Triangle, transpose: Bool = false, unitDiagonal: Bool = false, m: Int, n: Int,
        alpha: Scalar = 1, a: Span<Scalar>, lda: Int, b: inout MutableSpan<Scalar>, ldb: Int
    ) {
        let order = side == .left ? m : n
        let operandA = MatrixOperand("A", order, order, leadingDimension: lda)
        let operandB = MatrixOperand("B", m, n, leadingDimension: ldb)
        operandA.requireRoom(a.count, in: "BLAS.trsm", "\(operandA), \(operandB)")
        operandB.requireRoom(b.count, in: "BLAS.trsm", "\(operandA), \(operandB)")
        withPointers(a, &b) {
            trsm(
                side: side, triangle: triangle, transpose: transpose, unitDiagonal: unitDiagonal, m: m, n: n,
                alpha: alpha, a: $0, lda: lda, b: $1, ldb: ldb)
        }
    }
}
