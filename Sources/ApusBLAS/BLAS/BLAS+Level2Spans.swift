extension BLAS {
    /// y ← α·op(A)·x + β·y, where op(A) is A or Aᵀ.
    ///
    /// - Parameters:
    ///   - transpose: Whether op(A) is Aᵀ.
    ///   - m: Rows of A.
    ///   - n: Columns of A.
    ///   - a: A, [m, n] with leading dimension `lda ≥ n`.
    ///   - x: n elements, or m with `transpose`, with increment `incx`.
    ///   - beta: 0 writes y without reading it.
    ///   - y: m elements, or n with `transpose`, with increment `incy`.
    /// - Precondition: Each span holds its matrix or vector; increments are not 0.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func gemv<Scalar: BLASScalar>(
        transpose: Bool = false, m: Int, n: Int, alpha: Scalar = 1, a: Span<Scalar>, lda: Int, x: Span<Scalar>,
        incx: Int = 1, beta: Scalar = 0, y: inout MutableSpan<Scalar>, incy: Int = 1
    ) {
        let operandA = MatrixOperand("A", m, n, leadingDimension: lda)
        let operandX = VectorOperand("x", transpose ? m : n, increment: incx)
        let operandY = VectorOperand("y", transpose ? n : m, increment: incy)
        operandA.requireRoom(a.count, in: "BLAS.gemv", "\(operandA), \(operandX), \(operandY)")
        operandX.requireRoom(x.count, in: "BLAS.gemv", "\(operandA), \(operandX), \(operandY)")
        operandY.requireRoom(y.count, in: "BLAS.gemv", "\(operandA), \(operandX), \(operandY)")
        withPointers(a, x, &y) {
            gemv(
                transpose: transpose, m: m, n: n, alpha: alpha, a: $0, lda: lda, x: $1, incx: incx, beta: beta, y: $2,
                incy: incy)
        }
    }

    /// The rank-1 update A ← α·x·yᵀ + A.
    ///
    /// - Parameters:
    ///   - m: Rows of A.
    ///   - n: Columns of A.
    ///   - x: m elements with increment `incx`.
    ///   - y: n elements with increment `incy`.
    ///   - a: A, [m, n] with leading dimension `lda ≥ n`.
    /// - Precondition: Each span holds its matrix or vector; increments are not 0.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func ger<Scalar: BLASScalar>(
        m: Int, n: Int, alpha: Scalar = 1, x: Span<Scalar>, incx: Int = 1, y: Span<Scalar>, incy: Int = 1,
        a: inout MutableSpan<Scalar>, lda: Int
    ) {
        let operandX = VectorOperand("x", m, increment: incx)
        let operandY = VectorOperand("y", n, increment: incy)
        let operandA = MatrixOperand("A", m, n, leadingDimension: lda)
        operandX.requireRoom(x.count, in: "BLAS.ger", "\(operandX), \(operandY), \(operandA)")
        operandY.requireRoom(y.count, in: "BLAS.ger", "\(operandX), \(operandY), \(operandA)")
        operandA.requireRoom(a.count, in: "BLAS.ger", "\(operandX), \(operandY), \(operandA)")
        withPointers(x, y, &a) { ger(m: m, n: n, alpha: alpha, x: $0, incx: incx, y: $1, incy: incy, a: $2, lda: lda) }
    }
}
