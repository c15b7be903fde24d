import ApusBLAS

// Decompositions of a matrix of two axes, through LAPACK. Shapes that do not fit stop the program; what the numbers
// make impossible (an indefinite matrix, NaN) is thrown.
extension Tensor {
    /// The Cholesky factor of this symmetric positive definite matrix, of which one triangle is read: A = L·Lᵀ (lower)
    /// or A = Uᵀ·U (upper).
    ///
    /// Throws ``LinearAlgebraError`` with the leading minor that is not positive definite.
    public func cholesky(triangle: BLAS.Triangle = .lower) throws(LinearAlgebraError) -> Tensor {
        let n = squareOrder("cholesky")
        let result = try LinearAlgebra.cholesky(a: scalars.span, n: n, triangle: triangle)
        return Tensor(shape: shape, scalars: result.factor)
    }

    /// P·A = L·U by partial pivoting of this matrix [m, n]: row i of P·A is row `permutation[i]` of A; L [m, k] has a
    /// diagonal of ones and U is [k, n], k = min(m, n). A singular matrix has zeros on U's diagonal.
    public func lu() throws(LinearAlgebraError) -> (permutation: [Int], lower: Tensor, upper: Tensor) {
        let (m, n) = matrixExtents("lu")
        let result = try LinearAlgebra.lu(a: scalars.span, rows: m, columns: n)
        let k = Swift.min(m, n)
        return (
            result.permutation, Tensor(shape: [m, k], scalars: result.lower),
            Tensor(shape: [k, n], scalars: result.upper)
        )
    }

    /// A = Q·R of this matrix [m, n]: Q [m, k] has orthonormal columns and R [k, n] is upper triangular, k = min(m, n),
    /// or m in the full form.
    public func qr(form: FactorForm = .thin) throws(LinearAlgebraError) -> (q: Tensor, r: Tensor) {
        let (m, n) = matrixExtents("qr")
        let result = try LinearAlgebra.qr(a: scalars.span, rows: m, columns: n, form: form)
        return (
            Tensor(shape: [m, result.inner], scalars: result.q), Tensor(shape: [result.inner, n], scalars: result.r)
        )
    }

    /// A = U·diag(s)·Vᵀ of this matrix [m, n]: U [m, k] and V [n, k] have orthonormal columns, k = min(m, n), the
    /// singular values s [k] fall. In the full form U is [m, m] and Vᵀ [n, n].
    public func svd(
        form: FactorForm = .thin
    ) throws(LinearAlgebraError) -> (u: Tensor, singularValues: Tensor, vt: Tensor) {
        let (m, n) = matrixExtents("svd")
        let result = try LinearAlgebra.svd(a: scalars.span, rows: m, columns: n, form: form)
        return (
            Tensor(shape: [m, result.uColumns], scalars: result.u), Tensor(result.singularValues),
            Tensor(shape: [result.vtRows, n], scalars: result.vt)
        )
    }

    /// The singular values of this matrix in falling order.
    public func singularValues() throws(LinearAlgebraError) -> Tensor {
        let (m, n) = matrixExtents("singularValues")
        return Tensor(try LinearAlgebra.singularValues(a: scalars.span, rows: m, columns: n))
    }

    /// A = V·diag(λ)·Vᵀ of this symmetric matrix, of which one triangle is read: the eigenvalues λ [n] rise, column j
    /// of the orthogonal V [n, n] belongs to λⱼ.
    public func eigh(
        triangle: BLAS.Triangle = .lower
    ) throws(LinearAlgebraError) -> (values: Tensor, vectors: Tensor) {
        let n = squareOrder("eigh")
        let result = try LinearAlgebra.eigh(a: scalars.span, n: n, triangle: triangle)
        return (Tensor(result.values), Tensor(shape: [n, n], scalars: result.vectors))
    }

    /// A·v = λ·v of this square matrix, which need not be symmetric: real and imaginary parts of the eigenvalues [n]
    /// and of the eigenvectors [n, n], column j for eigenvalue j.
    public func eig() throws(LinearAlgebraError) -> (
        realValues: Tensor, imaginaryValues: Tensor, realVectors: Tensor, imaginaryVectors: Tensor
    ) {
        let n = squareOrder("eig")
        let result = try LinearAlgebra.eig(a: scalars.span, n: n)
        return (
            Tensor(result.values.map(\.real)), Tensor(result.values.map(\.imaginary)),
            Tensor(shape: [n, n], scalars: result.realVectors), Tensor(shape: [n, n], scalars: result.imaginaryVectors)
        )
    }
}
