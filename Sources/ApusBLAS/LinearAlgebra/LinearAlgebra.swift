import ApusParallel
internal import CLAPACKE

/// Equations, factorizations and eigenvalues of dense matrices through LAPACK.
///
/// Operands are row-major: an [m, n] matrix with leading dimension `ld ≥ n`, by default n, keeps element (i, j) at offset
/// `i·ld + j`. Results are dense, without gaps between rows. Operands are copied, never changed. Every size is at least 1;
/// a wrong size or a span that is too short stops the program, what is wrong with the numbers is thrown.
///
/// Follows the LAPACK Users' Guide (https://www.netlib.org/lapack/lug/); the driver routine is named with each operation.
public enum LinearAlgebra {}

extension LinearAlgebra {
    static var rowMajor: Int32 { LAPACK_ROW_MAJOR }

    /// The part of a matrix that an operation reads.
    enum Part {
        case all
        case triangle(BLAS.Triangle)

        func columns(ofRow row: Int, of columns: Int) -> Range<Int> {
            switch self {
            case .all: 0..<columns
            case .triangle(.lower): 0..<min(row + 1, columns)
            case .triangle(.upper): min(row, columns)..<columns
            }
        }
    }

    /// A dense copy of an operand; zero outside `part`.
    @inline(__always)
    static func dense<Scalar: BLASScalar>(
        _ name: StaticString, _ span: Span<Scalar>, rows: Int, columns: Int, leadingDimension: Int?,
        part: Part = .all, in operation: StaticString
    ) throws(LinearAlgebraError) -> [Scalar] {
        let operand = MatrixOperand(name, rows, columns, leadingDimension: leadingDimension ?? max(1, columns))
        require(rows >= 1 && columns >= 1, "\(operation): \(operand), expected at least [1, 1]")
        operand.requireRoom(span.count, in: operation, operand.description)
        var copy = [Scalar](repeating: 0, count: rows * columns)
        for row in 0..<rows {
            for column in part.columns(ofRow: row, of: columns) {
                let value = span[row * operand.leadingDimension + column]
                guard value.isFinite else {
                    throw .nonFinite(operand: name.description, row: row, column: column)
                }
                copy[row * columns + column] = value
            }
        }
        return copy
    }

    /// LAPACK's positive `info`, or 0 for success.
    static func positiveInfo(_ info: Int32, of operation: StaticString) throws(LinearAlgebraError) -> Int {
        if info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR {
            throw .outOfMemory(operation: operation.description)
        }
        require(info >= 0, "\(operation): LAPACK does not accept its argument \(-info)")
        return Int(info)
    }

    static func cCharacter(_ letter: Unicode.Scalar) -> CChar { CChar(truncatingIfNeeded: letter.value) }
}

extension BLAS.Triangle {
    /// LAPACK's `uplo`.
    var lapack: CChar { LinearAlgebra.cCharacter(self == .lower ? "L" : "U") }
}

/// How much of an orthogonal factor is wanted.
public enum FactorForm: Sendable, Hashable {
    /// As many orthonormal columns as the other factor needs, min(rows, columns).
    case thin
    /// A square orthogonal factor.
    case full
}
