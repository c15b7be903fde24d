import ApusParallel

extension LinearAlgebra {
    /// Solves A·X = B by LU factorization with partial pivoting (LAPACK `gesv`).
    ///
    /// - Parameters:
    ///   - a: A, [n, n] with leading dimension `lda`, by default n.
    ///   - n: Number of equations.
    ///   - b: B, [n, rightHandSides] with leading dimension `ldb`, by default `rightHandSides`.
    ///   - rightHandSides: Columns of B.
    /// - Returns: X, [n, rightHandSides].
    /// - Throws: ``LinearAlgebraError/singular(pivot:)``, ``LinearAlgebraError/nonFinite(operand:row:column:)``. A matrix
    ///   that is singular but for rounding does not throw: see ``conditionNumber(a:rows:columns:lda:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func solve<Scalar: BLASScalar>(
        a: Span<Scalar>, n: Int, lda: Int? = nil, b: Span<Scalar>, rightHandSides: Int = 1, ldb: Int? = nil
    ) throws(LinearAlgebraError) -> [Scalar] {
        var factors = try dense("A", a, rows: n, columns: n, leadingDimension: lda, in: "LinearAlgebra.solve")
        var solution = try dense(
            "B", b, rows: n, columns: rightHandSides, leadingDimension: ldb, in: "LinearAlgebra.solve")
        var pivots = [Int32](repeating: 0, count: n)
        BLASRuntime.prepare()
        let info = Scalar.blasRoutines.gesv(
            rowMajor, Int32(n), Int32(rightHandSides), &factors, Int32(n), &pivots, &solution, Int32(rightHandSides))
        let failure = try positiveInfo(info, of: "LinearAlgebra.solve")
        if failure > 0 { throw .singular(pivot: failure - 1) }
        return solution
    }

    /// A⁻¹, [n, n] (LAPACK `getrf`, `getri`). To solve equations, ``solve(a:n:lda:b:rightHandSides:ldb:)`` is faster and
    /// more accurate.
    ///
    /// - Parameters:
    ///   - a: A, [n, n] with leading dimension `lda`, by default n.
    ///   - n: Rows and columns of A.
    /// - Throws: ``LinearAlgebraError/singular(pivot:)``, ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func inverse<Scalar: BLASScalar>(
        a: Span<Scalar>, n: Int, lda: Int? = nil
    ) throws(LinearAlgebraError) -> [Scalar] {
        let lu = try lu(a: a, rows: n, columns: n, lda: lda)
        if let pivot = lu.zeroPivot { throw .singular(pivot: pivot) }
        var inverse = lu.packed
        let info = Scalar.blasRoutines.getri(rowMajor, Int32(n), &inverse, Int32(n), lu.lapackPivots)
        let failure = try positiveInfo(info, of: "LinearAlgebra.inverse")
        if failure > 0 { throw .singular(pivot: failure - 1) }
        return inverse
    }

    /// det A, the product of the pivots of its LU factorization with the sign of its row exchanges; 0 for a singular
    /// matrix. Large orders overflow: see ``logDeterminant(a:n:lda:)``.
    ///
    /// - Parameters:
    ///   - a: A, [n, n] with leading dimension `lda`, by default n.
    ///   - n: Rows and columns of A.
    /// - Throws: ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func determinant<Scalar: BLASScalar>(
        a: Span<Scalar>, n: Int, lda: Int? = nil
    ) throws(LinearAlgebraError) -> Scalar {
        let lu = try lu(a: a, rows: n, columns: n, lda: lda)
        if lu.zeroPivot != nil { return 0 }
        return lu.diagonal.reduce(lu.exchangesSign, *)
    }

    /// The sign of det A (−1, 0 or 1) and ln |det A| (−∞ for a singular matrix), which do not overflow.
    ///
    /// - Parameters:
    ///   - a: A, [n, n] with leading dimension `lda`, by default n.
    ///   - n: Rows and columns of A.
    /// - Throws: ``LinearAlgebraError/nonFinite(operand:row:column:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func logDeterminant<Scalar: BLASScalar>(
        a: Span<Scalar>, n: Int, lda: Int? = nil
    ) throws(LinearAlgebraError) -> (sign: Scalar, logMagnitude: Scalar) {
        let lu = try lu(a: a, rows: n, columns: n, lda: lda)
        if lu.zeroPivot != nil { return (0, -.infinity) }
        let sign = lu.diagonal.reduce(lu.exchangesSign) { $1 < 0 ? -$0 : $0 }
        return (sign, Scalar(lu.diagonal.reduce(0.0) { $0 + naturalLogarithm(Double($1.magnitude)) }))
    }
}
