extension BLAS {
    /// The dot product Σ xᵢ·yᵢ over `n` elements of each vector.
    ///
    /// - Precondition: Each span holds its vector, `1 + (n − 1)·|inc|` elements; increments are not 0.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func dot<Scalar: BLASScalar>(
        n: Int, x: Span<Scalar>, incx: Int = 1, y: Span<Scalar>, incy: Int = 1
    ) -> Scalar {
        let operandX = VectorOperand("x", n, increment: incx)
        let operandY = VectorOperand("y", n, increment: incy)
        operandX.requireRoom(x.count, in: "BLAS.dot", "\(operandX), \(operandY)")
        operandY.requireRoom(y.count, in: "BLAS.dot", "\(operandX), \(operandY)")
        return withPointers(x, y) { dot(n: n, x: $0, incx: incx, y: $1, incy: incy) }
    }

    /// y ← α·x + y over `n` elements of each vector.
    ///
    /// - Precondition: Each span holds its vector, `1 + (n − 1)·|inc|` elements; increments are not 0.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func axpy<Scalar: BLASScalar>(
        n: Int, alpha: Scalar = 1, x: Span<Scalar>, incx: Int = 1, y: inout MutableSpan<Scalar>, incy: Int = 1
    ) {
        let operandX = VectorOperand("x", n, increment: incx)
        let operandY = VectorOperand("y", n, increment: incy)
        operandX.requireRoom(x.count, in: "BLAS.axpy", "\(operandX), \(operandY)")
        operandY.requireRoom(y.count, in: "BLAS.axpy", "\(operandX), \(operandY)")
        withPointers(x, &y) { axpy(n: n, alpha: alpha, x: $0, incx: incx, y: $1, incy: incy) }
    }

    /// The Euclidean norm √Σ xᵢ² of `n` elements, without overflow or underflow on the way.
    ///
    /// - Precondition: `x` holds `1 + (n − 1)·incx` elements; `incx` is positive.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func nrm2<Scalar: BLASScalar>(n: Int, x: Span<Scalar>, incx: Int = 1) -> Scalar {
        let operand = VectorOperand("x", n, increment: incx)
        operand.requireRoom(x.count, in: "BLAS.nrm2", "\(operand)")
        return withPointer(x) { nrm2(n: n, x: $0, incx: incx) }
    }

    /// The sum of magnitudes Σ |xᵢ| of `n` elements.
    ///
    /// - Precondition: `x` holds `1 + (n − 1)·incx` elements; `incx` is positive.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func asum<Scalar: BLASScalar>(n: Int, x: Span<Scalar>, incx: Int = 1) -> Scalar {
        let operand = VectorOperand("x", n, increment: incx)
        operand.requireRoom(x.count, in: "BLAS.asum", "\(operand)")
        return withPointer(x) { asum(n: n, x: $0, incx: incx) }
    }

    /// x ← α·x over `n` elements; α = 0 writes zeros whatever x held.
    ///
    /// - Precondition: `x` holds `1 + (n − 1)·incx` elements; `incx` is positive.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func scal<Scalar: BLASScalar>(n: Int, alpha: Scalar, x: inout MutableSpan<Scalar>, incx: Int = 1) {
        let operand = VectorOperand("x", n, increment: incx)
        operand.requireRoom(x.count, in: "BLAS.scal", "\(operand)")
        withPointer(&x) { scal(n: n, alpha: alpha, x: $0, incx: incx) }
    }

    /// The first index i with the largest |xᵢ| among `n` elements, counted in elements of the vector; `nil` where n is 0,
    /// unspecified where x holds a NaN.
    ///
    /// - Precondition: `x` holds `1 + (n − 1)·incx` elements; `incx` is positive.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func iamax<Scalar: BLASScalar>(n: Int, x: Span<Scalar>, incx: Int = 1) -> Int? {
        let operand = VectorOperand("x", n, increment: incx)
        operand.requireRoom(x.count, in: "BLAS.iamax", "\(operand)")
        return withPointer(x) { iamax(n: n, x: $0, incx: incx) }
    }
}
