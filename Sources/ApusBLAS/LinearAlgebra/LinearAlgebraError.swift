/// What about a matrix made an operation of ``LinearAlgebra`` impossible.
public enum LinearAlgebraError: Error, Equatable, Sendable, CustomStringConvertible {
    /// An operand holds a NaN or an infinity; the first in row order, counted from 0.
    case nonFinite(operand: String, row: Int, column: Int)
    /// The matrix has no inverse: in its factorization P·A = L·U the diagonal element `pivot` of U, counted from 0, is
    /// exactly zero.
    case singular(pivot: Int)
    /// The symmetric matrix is not positive definite: its leading minor of order `minor`, counted from 1, is not positive.
    case notPositiveDefinite(minor: Int)
    /// The matrix has not the full rank that was promised: in its triangular factor the diagonal element `column`,
    /// counted from 0, is exactly zero.
    case rankDeficient(column: Int)
    /// An iteration for singular values or eigenvalues did not converge; `failures` is LAPACK's count.
    case noConvergence(operation: String, failures: Int)
    /// LAPACKE could not allocate its workspace.
    case outOfMemory(operation: String)

    /// One sentence without a full stop.
    public var description: String {
        switch self {
        case .nonFinite(let operand, let row, let column):
            "\(operand) holds a NaN or an infinity at row \(row), column \(column)"
        case .singular(let pivot): "the matrix is singular: pivot \(pivot) is exactly zero"
        case .notPositiveDefinite(let minor):
            "the matrix is not positive definite: its leading minor of order \(minor) is not positive"
        case .rankDeficient(let column):
            "the matrix has not full rank: diagonal element \(column) of its triangular factor is exactly zero"
        case .noConvergence(let operation, let failures):
            "\(operation) did not converge (\(failures) off-diagonal elements left)"
        case .outOfMemory(let operation): "\(operation): no memory for LAPACK's workspace"
        }
    }
}
