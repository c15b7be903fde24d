import ApusParallel

/// The singular value decomposition A = U·diag(σ)·Vᵀ of a matrix A [rows, columns], k = min(rows, columns).
public struct SVD<Scalar: BLASScalar>: Sendable {
    /// Rows of A.
    public let rows: Int
    /// Columns of A.
    public let columns: Int
    /// Whether U and Vᵀ are thin or square.
    public let form: FactorForm
    /// U, [rows, k] when thin, [rows, rows] when full; its columns are orthonormal.
    public let u: [Scalar]
    /// σ, k values, none negative, the largest first.
    public let singularValues: [Scalar]
    /// Vᵀ, [k, columns] when thin, [columns, columns] when full; its rows are orthonormal.
    public let vt: [Scalar]

    /// Columns of U.
    public var uColumns: Int { form == .thin ? min(rows, columns) : rows }

    /// Rows of Vᵀ.
    public var vtRows: Int { form == .thin ? min(rows, columns) : columns }
}

extension LinearAlgebra {
    /// A = U·diag(σ)·Vᵀ by divide and conquer (LAPACK `gesdd`).
    ///
    /// - Parameters:
    ///   - a: A, [rows, columns] with leading dimension `lda`, by default `columns`.
    ///   - rows: Rows of A.
    ///   - columns: Columns of A.
    ///   - form: Whether U and Vᵀ have min(rows, columns) vectors or are square.
    /// - Throws: ``LinearAlgebraError/noConvergence(operation:failures:)``,
    ///   ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func svd<Scalar: BLASScalar>(
        a: Span<Scalar>, rows: Int, columns: Int, lda: Int? = nil, form: FactorForm = .thin
    ) throws(LinearAlgebraError) -> SVD<Scalar> {
        var copy = try dense("A", a, rows: rows, columns: columns, leadingDimension: lda, in: "LinearAlgebra.svd")
        let count = min(rows, columns)
        let uColumns = form == .thin ? count : rows
        let vtRows = form == .thin ? count : columns
        var values = [Scalar](repeating: 0, count: count)
        var u = [Scalar](repeating: 0, count: rows * uColumns)
        var vt = [Scalar](repeating: 0, count: vtRows * columns)
        BLASRuntime.prepare()
        let info = Scalar.blasRoutines.gesdd(
            rowMajor, cCharacter(form == .thin ? "S" : "A"), Int32(rows), Int32(columns), &copy, Int32(columns),
            &values, &u, Int32(uColumns), &vt, Int32(columns))
        let failures = try positiveInfo(info, of: "LinearAlgebra.svd")
        if failures > 0 { throw .noConvergence(operation: "LinearAlgebra.svd", failures: failures) }
        return SVD(rows: rows, columns: columns, form: form, u: u, singularValues: values, vt: vt)
    }

    /// The singular values of A alone, min(rows, columns) of them, the largest first (LAPACK `gesdd`).
    ///
    /// - Parameters:
    ///   - a: A, [rows, columns] with leading dimension `lda`, by default `columns`.
    ///   - rows: Rows of A.
    ///   - columns: Columns of A.
    /// - Throws: ``LinearAlgebraError/noConvergence(operation:failures:)``,
    ///   ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func singularValues<Scalar: BLASScalar>(
        a: Span<Scalar>, rows: Int, columns: Int, lda: Int? = nil
    ) throws(LinearAlgebraError) -> [Scalar] {
        var copy = try dense(
            "A", a, rows: rows, columns: columns, leadingDimension: lda, in: "LinearAlgebra.singularValues")
        var values = [Scalar](repeating: 0, count: min(rows, columns))
        var unused: [Scalar] = [0]
        var alsoUnused: [Scalar] = [0]
        BLASRuntime.prepare()
        let info = Scalar.blasRoutines.gesdd(
            rowMajor, cCharacter("N"), Int32(rows), Int32(columns), &copy, Int32(columns), &values, &unused, 1,
            &alsoUnused, Int32(columns))
        let failures = try positiveInfo(info, of: "LinearAlgebra.singularValues")
        if failures > 0 { throw .noConvergence(operation: "LinearAlgebra.singularValues", failures: failures) }
        return values
    }

    /// The 2-norm condition number σ_max/σ_min of A; infinity where σ_min is 0.
    ///
    /// A relative error ε of the data grows to about ε times this number in a solution. A matrix that is singular but for
    /// rounding has about 1/ε of its type.
    ///
    /// - Parameters:
    ///   - a: A, [rows, columns] with leading dimension `lda`, by default `columns`.
    ///   - rows: Rows of A.
    ///   - columns: Columns of A.
    /// - Throws: ``LinearAlgebraError/noConvergence(operation:failures:)``,
    ///   ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func conditionNumber<Scalar: BLASScalar>(
        a: Span<Scalar>, rows: Int, columns: Int, lda: Int? = nil
    ) throws(LinearAlgebraError) -> Scalar {
        let values = try singularValues(a: a, rows: rows, columns: columns, lda: lda)
        let smallest = values[values.count - 1]
        return smallest == 0 ? .infinity : values[0] / smallest
    }

    /// The Moore-Penrose inverse A⁺ = V·diag(1/σ)·Uᵀ, with 1/σ taken as 0 for small σ.
    ///
    /// - Parameters:
    ///   - a: A, [rows, columns] with leading dimension `lda`, by default `columns`.
    ///   - rows: Rows of A.
    ///   - columns: Columns of A.
    ///   - relativeTolerance: Singular values up to this times the largest count as 0; by default max(rows, columns)·ε.
    /// - Returns: A⁺, [columns, rows].
    /// - Throws: ``LinearAlgebraError/noConvergence(operation:failures:)``,
    ///   ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func pseudoInverse<Scalar: BLASScalar>(
        a: Span<Scalar>, rows: Int, columns: Int, lda: Int? = nil, relativeTolerance: Scalar? = nil
    ) throws(LinearAlgebraError) -> [Scalar] {
        let tolerance = checkedTolerance(relativeTolerance, rows, columns, in: "LinearAlgebra.pseudoInverse")
        let svd = try svd(a: a, rows: rows, columns: columns, lda: lda)
        let count = svd.singularValues.count
        let threshold = tolerance * svd.singularValues[0]
        var scaledVt = svd.vt
        for (row, value) in svd.singularValues.enumerated() {
            let reciprocal = value > threshold ? 1 / value : 0
            for column in 0..<columns { scaledVt[row * columns + column] *= reciprocal }
        }
        var inverse = [Scalar](repeating: 0, count: columns * rows)
        BLAS.gemm(
            transposeA: true, transposeB: true, m: columns, n: rows, k: count, a: scaledVt, lda: columns, b: svd.u,
            ldb: count, c: &inverse, ldc: rows)
        return inverse
    }

    /// A given tolerance, or the relative size below which rounding alone explains a singular value.
    static func checkedTolerance<Scalar: BLASScalar>(
        _ given: Scalar?, _ rows: Int, _ columns: Int, in operation: StaticString
    ) -> Scalar {
        let tolerance = given ?? Scalar(max(rows, columns)) * Scalar.ulpOfOne
        require(tolerance >= 0, "\(operation): relative tolerance is \(tolerance), expected at least 0")
        return tolerance
    }
}
