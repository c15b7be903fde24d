/// The factorization A = Q·R of a matrix A [rows, columns]: Q has orthonormal columns, R is upper trapezoidal.
public struct QR<Scalar: BLASScalar>: Sendable {
    /// Rows of A.
    public let rows: Int
    /// Columns of A.
    public let columns: Int
    /// Columns of Q and rows of R: min(rows, columns) when thin, `rows` when full.
    public let inner: Int
    /// Q, [rows, inner].
    public let q: [Scalar]
    /// R, [inner, columns]; its diagonal may have either sign.
    public let r: [Scalar]
}

extension LinearAlgebra {
    /// A = Q·R by Householder reflections (LAPACK `geqrf`, `orgqr`).
    ///
    /// - Parameters:
    ///   - a: A, [rows, columns] with leading dimension `lda`, by default `columns`.
    ///   - rows: Rows of A.
    ///   - columns: Columns of A.
    ///   - form: Whether Q is [rows, min(rows, columns)] or [rows, rows].
    /// - Throws: ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func qr<Scalar: BLASScalar>(
        a: Span<Scalar>, rows: Int, columns: Int, lda: Int? = nil, form: FactorForm = .thin
    ) throws(LinearAlgebraError) -> QR<Scalar> {
        var reflectors = try dense(
            "A", a, rows: rows, columns: columns, leadingDimension: lda, in: "LinearAlgebra.qr")
        let count = min(rows, columns)
        let inner = form == .thin ? count : rows
        var scales = [Scalar](repeating: 0, count: count)
        BLASRuntime.prepare()
        _ = try positiveInfo(
            Scalar.blasRoutines.geqrf(rowMajor, Int32(rows), Int32(columns), &reflectors, Int32(columns), &scales),
            of: "LinearAlgebra.qr")

        var q = [Scalar](repeating: 0, count: rows * inner)
        var r = [Scalar](repeating: 0, count: inner * columns)
        for row in 0..<rows {
            for column in 0..<min(row, count) { q[row * inner + column] = reflectors[row * columns + column] }
        }
        for row in 0..<count {
            for column in row..<columns { r[row * columns + column] = reflectors[row * columns + column] }
        }
        _ = try positiveInfo(
            Scalar.blasRoutines.orgqr(
                rowMajor, Int32(rows), Int32(inner), Int32(count), &q, Int32(inner), scales),
            of: "LinearAlgebra.qr")
        return QR(rows: rows, columns: columns, inner: inner, q: q, r: r)
    }
}
