import ApusParallel

// Operations on vectors over pointers, for the kernels. The entries over spans check lengths and then call these.
extension BLAS {
    /// Σ xᵢ·yᵢ.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func dot<Scalar: BLASScalar>(
        n: Int, x: UnsafePointer<Scalar>, incx: Int = 1, y: UnsafePointer<Scalar>, incy: Int = 1
    ) -> Scalar {
        let count = checkedSize(n, "n", in: "BLAS.dot")
        let strideX = VectorOperand("x", n, increment: incx).checkedIncrement(in: "BLAS.dot")
        let strideY = VectorOperand("y", n, increment: incy).checkedIncrement(in: "BLAS.dot")
        if n == 0 { return 0 }
        BLASRuntime.prepare()
        return Scalar.blasRoutines.dot(count, x, strideX, y, strideY)
    }

    /// y ← α·x + y.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func axpy<Scalar: BLASScalar>(
        n: Int, alpha: Scalar = 1, x: UnsafePointer<Scalar>, incx: Int = 1, y: UnsafeMutablePointer<Scalar>,
        incy: Int = 1
    ) {
        let count = checkedSize(n, "n", in: "BLAS.axpy")
        let strideX = VectorOperand("x", n, increment: incx).checkedIncrement(in: "BLAS.axpy")
        let strideY = VectorOperand("y", n, increment: incy).checkedIncrement(in: "BLAS.axpy")
        if n == 0 || alpha == 0 { return }
        BLASRuntime.prepare()
        Scalar.blasRoutines.axpy(count, alpha, x, strideX, y, strideY)
    }

    /// √Σ xᵢ², without overflow or underflow on the way.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func nrm2<Scalar: BLASScalar>(n: Int, x: UnsafePointer<Scalar>, incx: Int = 1) -> Scalar {
        let count = checkedSize(n, "n", in: "BLAS.nrm2")
        let stride = VectorOperand("x", n, increment: incx).checkedForwardIncrement(in: "BLAS.nrm2")
        if n == 0 { return 0 }
        BLASRuntime.prepare()
        return Scalar.blasRoutines.nrm2(count, x, stride)
    }

    /// Σ |xᵢ|.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func asum<Scalar: BLASScalar>(n: Int, x: UnsafePointer<Scalar>, incx: Int = 1) -> Scalar {
        let count = checkedSize(n, "n", in: "BLAS.asum")
        let stride = VectorOperand("x", n, increment: incx).checkedForwardIncrement(in: "BLAS.asum")
        if n == 0 { return 0 }
        BLASRuntime.prepare()
        return Scalar.blasRoutines.asum(count, x, stride)
    }

    /// x ← α·x; α = 0 writes zeros and reads nothing.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func scal<Scalar: BLASScalar>(
        n: Int, alpha: Scalar, x: UnsafeMutablePointer<Scalar>, incx: Int = 1
    ) {
        let count = checkedSize(n, "n", in: "BLAS.scal")
        let stride = VectorOperand("x", n, increment: incx).checkedForwardIncrement(in: "BLAS.scal")
        if n == 0 { return }
        if alpha == 0 { return scale(x, n: n, incy: incx, by: 0) }
        BLASRuntime.prepare()
        Scalar.blasRoutines.scal(count, alpha, x, stride)
    }

    /// The first index i with the largest |xᵢ|, or `nil` for an empty vector; unspecified where x holds a NaN.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func iamax<Scalar: BLASScalar>(n: Int, x: UnsafePointer<Scalar>, incx: Int = 1) -> Int? {
        let count = checkedSize(n, "n", in: "BLAS.iamax")
        let stride = VectorOperand("x", n, increment: incx).checkedForwardIncrement(in: "BLAS.iamax")
        if n == 0 { return nil }
        BLASRuntime.prepare()
        return Scalar.blasRoutines.iamax(count, x, stride)
    }
}
