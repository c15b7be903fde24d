/// The eigenvalues and right eigenvectors of a square matrix A [n, n]: A·vⱼ = λⱼ·vⱼ, complex in general.
///
/// Complex eigenvalues of a real matrix come in conjugate pairs; a pair stands together, the one with the positive
/// imaginary part first, and so do its eigenvectors.
public struct Eigen<Scalar: BLASScalar>: Sendable {
    /// A complex number.
    public struct Complex: Equatable, Sendable {
        /// The real part.
        public let real: Scalar
        /// The imaginary part.
        public let imaginary: Scalar

        /// real + imaginary·i.
        public init(real: Scalar, imaginary: Scalar) {
            self.real = real
            self.imaginary = imaginary
        }
    }

    /// Rows and columns of A.
    public let n: Int
    /// λ, n values in LAPACK's order.
    public let values: [Complex]
    /// The real parts of the eigenvectors, [n, n]: column j belongs to `values[j]`. Each complex column has norm 1 and its
    /// largest element is real.
    public let realVectors: [Scalar]
    /// Their imaginary parts, [n, n].
    public let imaginaryVectors: [Scalar]
}

extension LinearAlgebra {
    /// The eigenvalues and right eigenvectors of a square matrix (LAPACK `geev`). For a symmetric matrix
    /// ``eigh(a:n:lda:triangle:)`` is faster and gives orthonormal vectors.
    ///
    /// - Parameters:
    ///   - a: A, [n, n] with leading dimension `lda`, by default n.
    ///   - n: Rows and columns of A.
    /// - Throws: ``LinearAlgebraError/noConvergence(operation:failures:)``,
    ///   ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func eig<Scalar: BLASScalar>(
        a: Span<Scalar>, n: Int, lda: Int? = nil
    ) throws(LinearAlgebraError) -> Eigen<Scalar> {
        var copy = try dense("A", a, rows: n, columns: n, leadingDimension: lda, in: "LinearAlgebra.eig")
        var reals = [Scalar](repeating: 0, count: n)
        var imaginaries = reals
        var vectors = [Scalar](repeating: 0, count: n * n)
        BLASRuntime.prepare()
        let info = Scalar.blasRoutines.geev(
            rowMajor, cCharacter("N"), cCharacter("V"), Int32(n), &copy, Int32(n), &reals, &imaginaries, nil, Int32(n),
            &vectors, Int32(n))
        let failures = try positiveInfo(info, of: "LinearAlgebra.eig")
        if failures > 0 { throw .noConvergence(operation: "LinearAlgebra.eig", failures: failures) }

        // LAPACK keeps a conjugate pair u ± i·w as the two real columns u and w.
        var imaginaryVectors = [Scalar](repeating: 0, count: n * n)
        for column in 0..<n where imaginaries[column] > 0 {
            for row in stride(from: 0, to: n * n, by: n) {
                let imaginary = vectors[row + column + 1]
                imaginaryVectors[row + column] = imaginary
                imaginaryVectors[row + column + 1] = -imaginary
                vectors[row + column + 1] = vectors[row + column]
            }
        }
        return Eigen(
            n: n, values: zip(reals, imaginaries).map { .init(real: $0, imaginary: $1) }, realVectors: vectors,
            imaginaryVectors: imaginaryVectors)
    }
}
