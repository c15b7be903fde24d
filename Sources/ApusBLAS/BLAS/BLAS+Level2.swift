import ApusParallel
internal import COpenBLAS

// Products of a matrix and vectors over pointers, for the kernels. The entries over spans check lengths and then call
// these.
extension BLAS {
    /// y ← α·op(A)·x + β·y with A [m, n]; x has n and y has m elements, or the reverse with `transpose`.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func gemv<Scalar: BLASScalar>(
        transpose: Bool = false, m: Int, n: Int, alpha: Scalar = 1, a: UnsafePointer<Scalar>, lda: Int,
        x: UnsafePointer<Scalar>, incx: Int = 1, beta: Scalar = 0, y: UnsafeMutablePointer<Scalar>, incy: Int = 1
    ) {
        let operandA = MatrixOperand("A", m, n, leadingDimension: lda)
        let operandX = VectorOperand("x", transpose ? m : n, increment: incx)
        let operandY = VectorOperand("y", transpose ? n : m, increment: incy)
        let rows = checkedSize(m, "m", in: "BLAS.gemv")
        let columns = checkedSize(n, "n", in: "BLAS.gemv")
        let strideA = operandA.checkedLeadingDimension(in: "BLAS.gemv", "\(operandA), \(operandX), \(operandY)")
        let strideX = operandX.checkedIncrement(in: "BLAS.gemv")
        let strideY = operandY.checkedIncrement(in: "BLAS.gemv")
        if operandY.count == 0 { return }
        if operandX.count == 0 || alpha == 0 { return scale(y, n: operandY.count, incy: incy, by: beta) }
        // Some releases of OpenBLAS multiply y by a zero β, which keeps a NaN.
        if beta == 0 { scale(y, n: operandY.count, incy: incy, by: 0) }
        BLASRuntime.prepare()
        Scalar.blasRoutines.gemv(
            CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, rows, columns, alpha, a, strideA, x, strideX,
            beta == 0 ? 1 : beta, y, strideY)
    }

    /// A ← α·x·yᵀ + A with A [m, n], x [m] and y [n].
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func ger<Scalar: BLASScalar>(
        m: Int, n: Int, alpha: Scalar = 1, x: UnsafePointer<Scalar>, incx: Int = 1, y: UnsafePointer<Scalar>,
        incy: Int = 1, a: UnsafeMutablePointer<Scalar>, lda: Int
    ) {
        let operandX = VectorOperand("x", m, increment: incx)
        let operandY = VectorOperand("y", n, increment: incy)
        let operandA = MatrixOperand("A", m, n, leadingDimension: lda)
        let rows = checkedSize(m, "m", in: "BLAS.ger")
        let columns = checkedSize(n, "n", in: "BLAS.ger")
        let strideX = operandX.checkedIncrement(in: "BLAS.ger")
        let strideY = operandY.checkedIncrement(in: "BLAS.ger")
        let strideA = operandA.checkedLeadingDimension(in: "BLAS.ger", "\(operandX), \(operandY), \(operandA)")
        if m == 0 || n == 0 || alpha == 0 { return }
        BLASRuntime.prepare()
        Scalar.blasRoutines.ger(CblasRowMajor, rows, columns, alpha, x, strideX, y, strideY, a, strideA)
    }
}
