/// The eigenvalues and eigenvectors of a symmetric matrix A [n, n]: A = V·diag(λ)·Vᵀ.
public struct SymmetricEigen<Scalar: BLASScalar>: Sendable {
    /// Rows and columns of A.
    public let n: Int
    /// λ, n values, the smallest first.
    public let values: [Scalar]
    /// V, [n, n]: column j is the unit eigenvector of `values[j]`; the columns are orthonormal.
    public let vectors: [Scalar]
}

extension LinearAlgebra {
    /// The eigenvalues and eigenvectors of a symmetric matrix by divide and conquer (LAPACK `syevd`).
    ///
    /// - Parameters:
    ///   - a: A, [n, n] with leading dimension `lda`, by default n.
    ///   - n: Rows and columns of A.
    ///   - triangle: The triangle of A that is read; the other is not looked at.
    /// - Throws: ``LinearAlgebraError/noConvergence(operation:failures:)``,
    ///   ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func eigh<Scalar: BLASScalar>(
        a: Span<Scalar>, n: Int, lda: Int? = nil, triangle: BLAS.Triangle = .lower
    ) throws(LinearAlgebraError) -> SymmetricEigen<Scalar> {
        var vectors = try dense(
            "A", a, rows: n, columns: n, leadingDimension: lda, part: .triangle(triangle), in: "LinearAlgebra.eigh")
        var values = [Scalar](repeating: 0, count: n)
        BLASRuntime.prepare()
        let info = Scalar.blasRoutines.syevd(
            rowMajor, cCharacter("V"), triangle.lapack, Int32(n), &vectors, Int32(n), &values)
        let failures = try positiveInfo(info, of: "LinearAlgebra.eigh")
        if failures > 0 { throw .noConvergence(operation: "LinearAlgebra.eigh", failures: failures) }
        return SymmetricEigen(n: n, values: values, vectors: vectors)
    }
}
