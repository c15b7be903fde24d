/// What is known of the rank of a least-squares problem's matrix.
public enum LeastSquaresRank<Scalar: BLASScalar>: Sendable {
    /// The matrix has rank min(rows, columns): QR or LQ factorization (LAPACK `gels`), the faster way.
    case full
    /// The rank is found by singular values (LAPACK `gelsd`): those up to `relativeTolerance` times the largest count as
    /// 0; by default max(rows, columns)·ε.
    case detected(relativeTolerance: Scalar? = nil)
}

/// The X of least norm among those that minimise ‖B − A·X‖₂ for each column of B.
public struct LeastSquares<Scalar: BLASScalar>: Sendable {
    /// Rows of A.
    public let rows: Int
    /// Columns of A.
    public let columns: Int
    /// Columns of B and X.
    public let rightHandSides: Int
    /// X, [columns, rightHandSides].
    public let solution: [Scalar]
    /// ‖b − A·x‖₂ for each right-hand side.
    public let residualNorms: [Scalar]
    /// The rank of A, as found or as promised.
    public let rank: Int
    /// The singular values of A, the largest first; empty for ``LeastSquaresRank/full``.
    public let singularValues: [Scalar]
}

extension LinearAlgebra {
    /// Minimises ‖B − A·X‖₂ column by column; of many minimisers the one of least norm.
    ///
    /// - Parameters:
    ///   - a: A, [rows, columns] with leading dimension `lda`, by default `columns`; more or fewer rows than columns.
    ///   - rows: Rows of A and B.
    ///   - columns: Columns of A, rows of X.
    ///   - b: B, [rows, rightHandSides] with leading dimension `ldb`, by default `rightHandSides`.
    ///   - rightHandSides: Columns of B.
    ///   - rank: Whether A is known to have full rank.
    /// - Throws: ``LinearAlgebraError/rankDeficient(column:)`` where ``LeastSquaresRank/full`` was promised in vain,
    ///   ``LinearAlgebraError/noConvergence(operation:failures:)``,
    ///   ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func leastSquares<Scalar: BLASScalar>(
        a: Span<Scalar>, rows: Int, columns: Int, lda: Int? = nil, b: Span<Scalar>, rightHandSides: Int = 1,
        ldb: Int? = nil, rank: LeastSquaresRank<Scalar> = .detected()
    ) throws(LinearAlgebraError) -> LeastSquares<Scalar> {
        let matrix = try dense(
            "A", a, rows: rows, columns: columns, leadingDimension: lda, in: "LinearAlgebra.leastSquares")
        var residuals = try dense(
            "B", b, rows: rows, columns: rightHandSides, leadingDimension: ldb, in: "LinearAlgebra.leastSquares")
        // LAPACK takes B and returns X in one place that fits the larger.
        let missing = max(0, columns - rows) * rightHandSides
        var solution = residuals + [Scalar](repeating: 0, count: missing)
        var singularValues: [Scalar] = []
        BLASRuntime.prepare()
        let foundRank: Int
        switch rank {
        case .full: foundRank = try solveFullRank(matrix, rows, columns, &solution, rightHandSides)
        case .detected(let tolerance):
            singularValues = [Scalar](repeating: 0, count: min(rows, columns))
            foundRank = try solveDetectedRank(
                matrix, rows, columns, &solution, rightHandSides, &singularValues,
                tolerance: checkedTolerance(tolerance, rows, columns, in: "LinearAlgebra.leastSquares"))
        }
        solution.removeLast(solution.count - columns * rightHandSides)
        BLAS.gemm(
            m: rows, n: rightHandSides, k: columns, alpha: -1, a: matrix, lda: columns, b: solution,
            ldb: rightHandSides, beta: 1, c: &residuals, ldc: rightHandSides)
        let norms = residuals.withUnsafeBufferPointer { residuals in
            (0..<rightHandSides).map { column in
                residuals.baseAddress.map { BLAS.nrm2(n: rows, x: $0 + column, incx: rightHandSides) } ?? 0
            }
        }
        return LeastSquares(
            rows: rows, columns: columns, rightHandSides: rightHandSides, solution: solution, residualNorms: norms,
            rank: foundRank, singularValues: singularValues)
    }

    @inline(__always)
    private static func solveFullRank<Scalar: BLASScalar>(
        _ matrix: [Scalar], _ rows: Int, _ columns: Int, _ solution: inout [Scalar], _ rightHandSides: Int
    ) throws(LinearAlgebraError) -> Int {
        var factors = matrix
        let info = Scalar.blasRoutines.gels(
            rowMajor, cCharacter("N"), Int32(rows), Int32(columns), Int32(rightHandSides), &factors, Int32(columns),
            &solution, Int32(rightHandSides))
        let failure = try positiveInfo(info, of: "LinearAlgebra.leastSquares")
        if failure > 0 { throw .rankDeficient(column: failure - 1) }
        return min(rows, columns)
    }

    @inline(__always)
    private static func solveDetectedRank<Scalar: BLASScalar>(
        _ matrix: [Scalar], _ rows: Int, _ columns: Int, _ solution: inout [Scalar], _ rightHandSides: Int,
        _ singularValues: inout [Scalar], tolerance: Scalar
    ) throws(LinearAlgebraError) -> Int {
        var factors = matrix
        var rank: Int32 = 0
        let info = Scalar.blasRoutines.gelsd(
            rowMajor, Int32(rows), Int32(columns), Int32(rightHandSides), &factors, Int32(columns), &solution,
            Int32(rightHandSides), &singularValues, tolerance, &rank)
        let failures = try positiveInfo(info, of: "LinearAlgebra.leastSquares")
        if failures > 0 { throw .noConvergence(operation: "LinearAlgebra.leastSquares", failures: failures) }
        return Int(rank)
    }
}
