import ApusParallel
import Foundation

/// The factorization P·A = L·U of a matrix A [rows, columns] with partial pivoting, k = min(rows, columns).
public struct LU<Scalar: BLASScalar>: Sendable {
    /// Rows of A.
    public let rows: Int
    /// Columns of A.
    public let columns: Int
    /// [rows, columns]: U on and above the diagonal, L below it without its unit diagonal.
    public let packed: [Scalar]
    /// k row exchanges in the order made: row i with row `pivots[i]`, counted from 0.
    public let pivots: [Int]
    /// The first exactly zero element of U's diagonal, counted from 0: a square A is then singular. The factorization
    /// itself is complete all the same.
    public let zeroPivot: Int?

    private var inner: Int { min(rows, columns) }

    /// Row i of P·A is row `permutation[i]` of A; `rows` elements.
    public var permutation: [Int] {
        var permutation = Array(0..<rows)
        for (row, pivot) in pivots.enumerated() { permutation.swapAt(row, pivot) }
        return permutation
    }

    /// L, [rows, k], unit lower trapezoidal.
    public var lower: [Scalar] {
        (0..<rows * inner).map { index in
            let (row, column) = index.quotientAndRemainder(dividingBy: inner)
            return row == column ? 1 : row > column ? packed[row * columns + column] : 0
        }
    }

    /// U, [k, columns], upper trapezoidal.
    public var upper: [Scalar] {
        (0..<inner * columns).map { $0 / columns <= $0 % columns ? packed[$0] : 0 }
    }

    /// Solves A·X = B with the factors of a square A (LAPACK `getrs`).
    ///
    /// - Parameters:
    ///   - b: B, [rows, rightHandSides] with leading dimension `ldb`, by default `rightHandSides`.
    ///   - rightHandSides: Columns of B.
    /// - Returns: X, [rows, rightHandSides].
    /// - Throws: ``LinearAlgebraError/singular(pivot:)``, ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func solve(
        b: Span<Scalar>, rightHandSides: Int = 1, ldb: Int? = nil
    ) throws(LinearAlgebraError) -> [Scalar] {
        require(rows == columns, "LU.solve: A is [\(rows), \(columns)], expected a square matrix")
        if let zeroPivot { throw .singular(pivot: zeroPivot) }
        var solution = try LinearAlgebra.dense(
            "B", b, rows: rows, columns: rightHandSides, leadingDimension: ldb, in: "LU.solve")
        let info = Scalar.blasRoutines.getrs(
            LinearAlgebra.rowMajor, LinearAlgebra.cCharacter("N"), Int32(rows), Int32(rightHandSides), packed,
            Int32(rows), lapackPivots, &solution, Int32(rightHandSides))
        _ = try LinearAlgebra.positiveInfo(info, of: "LU.solve")
        return solution
    }

    var lapackPivots: [Int32] { pivots.map { Int32($0 + 1) } }

    var diagonal: [Scalar] { (0..<inner).map { packed[$0 * columns + $0] } }

    /// det P: −1 for an odd number of row exchanges.
    var exchangesSign: Scalar { pivots.enumerated().reduce(1) { $1.offset == $1.element ? $0 : -$0 } }
}

extension LinearAlgebra {
    /// P·A = L·U with partial pivoting (LAPACK `getrf`). A singular matrix has such factors too: see ``LU/zeroPivot``.
    ///
    /// - Parameters:
    ///   - a: A, [rows, columns] with leading dimension `lda`, by default `columns`.
    ///   - rows: Rows of A.
    ///   - columns: Columns of A.
    /// - Throws: ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func lu<Scalar: BLASScalar>(
        a: Span<Scalar>, rows: Int, columns: Int, lda: Int? = nil
    ) throws(LinearAlgebraError) -> LU<Scalar> {
        var packed = try dense("A", a, rows: rows, columns: columns, leadingDimension: lda, in: "LinearAlgebra.lu")
        var pivots = [Int32](repeating: 0, count: min(rows, columns))
        BLASRuntime.prepare()
        let info = Scalar.blasRoutines.getrf(
            rowMajor, Int32(rows), Int32(columns), &packed, Int32(columns), &pivots)
        let zero = try positiveInfo(info, of: "LinearAlgebra.lu")
        return LU(
            rows: rows, columns: columns, packed: packed, pivots: pivots.map { Int($0) - 1 },
            zeroPivot: zero > 0 ? zero - 1 : nil)
    }

    static func naturalLogarithm(_ value: Double) -> Double { log(value) }
}
