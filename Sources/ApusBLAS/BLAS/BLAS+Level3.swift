import ApusParallel
internal import COpenBLAS

// Products of matrices over pointers, for the kernels. The entries over spans check lengths and then call these.
extension BLAS {
    /// C ← α·op(A)·op(B) + β·C with op(A) [m, k], op(B) [k, n] and C [m, n].
    ///
    /// - Parameters:
    ///   - transposeA: Whether A is kept as [k, m].
    ///   - transposeB: Whether B is kept as [n, k].
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func gemm<Scalar: BLASScalar>(
        transposeA: Bool = false, transposeB: Bool = false, m: Int, n: Int, k: Int,
        alpha: Scalar = 1, a: UnsafePointer<Scalar>, lda: Int, b: UnsafePointer<Scalar>, ldb: Int,
        beta: Scalar = 0, c: UnsafeMutablePointer<Scalar>, ldc: Int
    ) {
        let product = ProductOperands(
            transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, lda: lda, ldb: ldb, ldc: ldc)
        let sizes = product.checkedSizes
        if m == 0 || n == 0 { return }
        if k == 0 || alpha == 0 { return scale(c, rows: m, columns: n, ldc: ldc, by: beta) }
        BLASRuntime.prepare()
        Scalar.blasRoutines.gemm(
            CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
            sizes.m, sizes.n, sizes.k, alpha, a, sizes.lda, b, sizes.ldb, beta, c, sizes.ldc)
    }

    /// C ← α·op(A)·op(A)ᵀ + β·C in one triangle of C [n, n], with op(A) [n, k]; the other triangle is left alone.
    ///
    /// - Parameter transpose: Whether A is kept as [k, n].
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func syrk<Scalar: BLASScalar>(
        triangle: Triangle, transpose: Bool = false, n: Int, k: Int, alpha: Scalar = 1,
        a: UnsafePointer<Scalar>, lda: Int, beta: Scalar = 0, c: UnsafeMutablePointer<Scalar>, ldc: Int
    ) {
        let operandA = MatrixOperand("A", transpose ? k : n, transpose ? n : k, leadingDimension: lda)
        let operandC = MatrixOperand("C", n, n, leadingDimension: ldc)
        let order = checkedSize(n, "n", in: "BLAS.syrk")
        let terms = checkedSize(k, "k", in: "BLAS.syrk")
        let strideA = operandA.checkedLeadingDimension(in: "BLAS.syrk", "\(operandA), \(operandC)")
        let strideC = operandC.checkedLeadingDimension(in: "BLAS.syrk", "\(operandA), \(operandC)")
        if n == 0 { return }
        if k == 0 || alpha == 0 { return scale(c, triangle: triangle, n: n, ldc: ldc, by: beta) }
        if beta == 0 { scale(c, triangle: triangle, n: n, ldc: ldc, by: 0) }
        BLASRuntime.prepare()
        Scalar.blasRoutines.syrk(
            CblasRowMajor, triangle.cblas, transpose ? CblasTrans : CblasNoTrans, order, terms, alpha, a, strideA,
            beta, c, strideC)
    }

    /// Solves op(A)·X = α·B (side left, A [m, m]) or X·op(A) = α·B (side right, A [n, n]) for triangular A and puts X in
    /// the place of B [m, n].
    ///
    /// A zero on the diagonal is not looked for: it divides by zero.
    ///
    /// - Parameters:
    ///   - triangle: The triangle of A that is read; the other is taken to be zero.
    ///   - transpose: Whether op(A) is Aᵀ.
    ///   - unitDiagonal: Whether A's diagonal is taken to be 1 and not read.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func trsm<Scalar: BLASScalar>(
        side: Side, triangle: Triangle, transpose: Bool = false, unitDiagonal: Bool = false, m: Int, n: Int,
        alpha: Scalar = 1, a: UnsafePointer<Scalar>, lda: Int, b: UnsafeMutablePointer<Scalar>, ldb: Int
    ) {
        let order = side == .left ? m : n
        let operandA = MatrixOperand("A", order, order, leadingDimension: lda)
        let operandB = MatrixOperand("B", m, n, leadingDimension: ldb)
        let rows = checkedSize(m, "m", in: "BLAS.trsm")
        let columns = checkedSize(n, "n", in: "BLAS.trsm")
        let strideA = operandA.checkedLeadingDimension(in: "BLAS.trsm", "\(operandA), \(operandB)")
        let strideB = operandB.checkedLeadingDimension(in: "BLAS.trsm", "\(operandA), \(operandB)")
        if m == 0 || n == 0 { return }
        if alpha == 0 { return scale(b, rows: m, columns: n, ldc: ldb, by: 0) }
        BLASRuntime.prepare()
        Scalar.blasRoutines.trsm(
            CblasRowMajor, side == .left ? CblasLeft : CblasRight, triangle.cblas,
            transpose ? CblasTrans : CblasNoTrans, unitDiagonal ? CblasUnit : CblasNonUnit, rows, columns, alpha, a,
            strideA, b, strideB)
    }
}

extension BLAS.Triangle {
    var cblas: CBLAS_UPLO { self == .lower ? CblasLower : CblasUpper }
}

/// The three matrices of a product as they are kept.
struct ProductOperands: CustomStringConvertible {
    let m: Int
    let n: Int
    let k: Int
    let a: MatrixOperand
    let b: MatrixOperand
    let c: MatrixOperand

    @inline(__always)
    init(transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, lda: Int, ldb: Int, ldc: Int) {
        (self.m, self.n, self.k) = (m, n, k)
        a = MatrixOperand("A", transposeA ? k : m, transposeA ? m : k, leadingDimension: lda)
        b = MatrixOperand("B", transposeB ? n : k, transposeB ? k : n, leadingDimension: ldb)
        c = MatrixOperand("C", m, n, leadingDimension: ldc)
    }

    var description: String { "\(a), \(b), \(c)" }

    @inline(__always)
    var checkedSizes: (m: Int32, n: Int32, k: Int32, lda: Int32, ldb: Int32, ldc: Int32) {
        (
            checkedSize(m, "m", in: "BLAS.gemm"), checkedSize(n, "n", in: "BLAS.gemm"),
            checkedSize(k, "k", in: "BLAS.gemm"),
            a.checkedLeadingDimension(in: "BLAS.gemm", description),
            b.checkedLeadingDimension(in: "BLAS.gemm", description),
            c.checkedLeadingDimension(in: "BLAS.gemm", description)
        )
    }
}
