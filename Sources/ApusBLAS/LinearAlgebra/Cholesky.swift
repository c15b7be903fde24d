/// The Cholesky factor of a symmetric positive definite matrix A [n, n].
public struct Cholesky<Scalar: BLASScalar>: Sendable {
    /// Rows and columns of A.
    public let n: Int
    /// The triangle that holds the factor: A = L·Lᵀ with ``BLAS/Triangle/lower``, A = Uᵀ·U with ``BLAS/Triangle/upper``.
    public let triangle: BLAS.Triangle
    /// L or U, [n, n], with zeros in the other triangle.
    public let factor: [Scalar]

    /// Solves A·X = B with the factor (LAPACK `potrs`).
    ///
    /// - Parameters:
    ///   - b: B, [n, rightHandSides] with leading dimension `ldb`, by default `rightHandSides`.
    ///   - rightHandSides: Columns of B.
    /// - Returns: X, [n, rightHandSides].
    /// - Throws: ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func solve(
        b: Span<Scalar>, rightHandSides: Int = 1, ldb: Int? = nil
    ) throws(LinearAlgebraError) -> [Scalar] {
        var solution = try LinearAlgebra.dense(
            "B", b, rows: n, columns: rightHandSides, leadingDimension: ldb, in: "Cholesky.solve")
        let info = Scalar.blasRoutines.potrs(
            LinearAlgebra.rowMajor, triangle.lapack, Int32(n), Int32(rightHandSides), factor, Int32(n), &solution,
            Int32(rightHandSides))
        _ = try LinearAlgebra.positiveInfo(info, of: "Cholesky.solve")
        return solution
    }
}

extension LinearAlgebra {
    /// A = L·Lᵀ or A = Uᵀ·U for a symmetric positive definite A (LAPACK `potrf`).
    ///
    /// - Parameters:
    ///   - a: A, [n, n] with leading dimension `lda`, by default n.
    ///   - n: Rows and columns of A.
    ///   - triangle: The triangle of A that is read, and of the factor; the other is not looked at.
    /// - Throws: ``LinearAlgebraError/notPositiveDefinite(minor:)``,
    ///   ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func cholesky<Scalar: BLASScalar>(
        a: Span<Scalar>, n: Int, lda: Int? = nil, triangle: BLAS.Triangle = .lower
    ) throws(LinearAlgebraError) -> Cholesky<Scalar> {
        var factor = try dense(
            "A", a, rows: n, columns: n, leadingDimension: lda, part: .triangle(triangle),
            in: "LinearAlgebra.cholesky")
        BLASRuntime.prepare()
        let info = Scalar.blasRoutines.potrf(rowMajor, triangle.lapack, Int32(n), &factor, Int32(n))
        let minor = try positiveInfo(info, of: "LinearAlgebra.cholesky")
        if minor > 0 { throw .notPositiveDefinite(minor: minor) }
        return Cholesky(n: n, triangle: triangle, factor: factor)
    }
}
