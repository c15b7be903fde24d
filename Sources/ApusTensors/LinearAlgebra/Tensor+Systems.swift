import ApusBLAS
import ApusParallel

// Systems of linear equations with a matrix of two axes, through LAPACK. Shapes that do not fit stop the program; what
// the numbers make impossible (a singular matrix, NaN) is thrown.
extension Tensor {
    /// The solution X of A·X = B for this square matrix A [n, n]; B and X are [n] or [n, rightHandSides].
    ///
    /// Throws ``LinearAlgebraError`` with the pivot that is 0 where A is singular.
    public func solve(_ right: Tensor) throws(LinearAlgebraError) -> Tensor {
        let n = squareOrder("solve")
        let columns = rightHandSides(right, rows: n, "solve")
        let solution = try LinearAlgebra.solve(
            a: scalars.span, n: n, b: right.scalars.span, rightHandSides: columns)
        return Tensor(shape: right.shape, scalars: solution)
    }

    /// A minimiser X of ‖A·X − B‖₂, a column at a time, for this matrix A [m, n]; B is [m] or [m, rightHandSides].
    ///
    /// - Parameters:
    ///   - right: B.
    ///   - rank: Whether A is taken to have full rank, or its rank is found from its singular values, and of all
    ///     minimisers the shortest taken.
    /// - Returns: X [n] or [n, rightHandSides], the norm of the residual of each column, the rank, and the singular
    ///   values in falling order (none where full rank was taken for granted).
    public func leastSquares(
        _ right: Tensor, rank: LeastSquaresRank<Scalar> = .detected()
    ) throws(LinearAlgebraError) -> (solution: Tensor, residualNorms: Tensor, rank: Int, singularValues: Tensor) {
        let (m, n) = matrixExtents("leastSquares")
        let columns = rightHandSides(right, rows: m, "leastSquares")
        let fit = try LinearAlgebra.leastSquares(
            a: scalars.span, rows: m, columns: n, b: right.scalars.span, rightHandSides: columns, rank: rank)
        let solution = Tensor(shape: right.rank == 1 ? [n] : [n, columns], scalars: fit.solution)
        return (solution, Tensor(fit.residualNorms), fit.rank, Tensor(fit.singularValues))
    }

    /// The inverse A⁻¹ of this square matrix. Throws where it is singular.
    public func inverse() throws(LinearAlgebraError) -> Tensor {
        Tensor(shape: shape, scalars: try LinearAlgebra.inverse(a: scalars.span, n: squareOrder("inverse")))
    }

    /// The Moore–Penrose inverse [n, m] of this matrix [m, n].
    ///
    /// - Parameter relativeTolerance: Singular values up to this part of the largest count as 0; by default
    ///   max(m, n) · ε.
    public func pseudoInverse(relativeTolerance: Scalar? = nil) throws(LinearAlgebraError) -> Tensor {
        let (m, n) = matrixExtents("pseudoInverse")
        let result = try LinearAlgebra.pseudoInverse(
            a: scalars.span, rows: m, columns: n, relativeTolerance: relativeTolerance)
        return Tensor(shape: [n, m], scalars: result)
    }

    /// The determinant of this square matrix.
    public func determinant() throws(LinearAlgebraError) -> Scalar {
        try LinearAlgebra.determinant(a: scalars.span, n: squareOrder("determinant"))
    }

    /// The sign of the determinant of this square matrix and the logarithm of its magnitude, which do not overflow.
    public func logDeterminant() throws(LinearAlgebraError) -> (sign: Scalar, logMagnitude: Scalar) {
        try LinearAlgebra.logDeterminant(a: scalars.span, n: squareOrder("logDeterminant"))
    }

    /// The largest singular value over the smallest; infinite for a singular matrix.
    public func conditionNumber() throws(LinearAlgebraError) -> Scalar {
        let (m, n) = matrixExtents("conditionNumber")
        return try LinearAlgebra.conditionNumber(a: scalars.span, rows: m, columns: n)
    }

    /// Rows and columns of a matrix that is not empty.
    func matrixExtents(_ operation: String) -> (rows: Int, columns: Int) {
        require(rank == 2 && count > 0, "Tensor.\(operation): shape \(shape), expected a matrix that is not empty")
        return (shape[0], shape[1])
    }

    /// The order of a square matrix that is not empty.
    func squareOrder(_ operation: String) -> Int {
        require(
            rank == 2 && count > 0 && shape[0] == shape[1],
            "Tensor.\(operation): shape \(shape), expected a square matrix that is not empty")
        return shape[0]
    }

    private func rightHandSides(_ right: Tensor, rows: Int, _ operation: String) -> Int {
        let isFitting = (right.rank == 1 || right.rank == 2) && right.shape[0] == rows && right.count > 0
        require(
            isFitting, "Tensor.\(operation): right-hand side \(right.shape) does not fit matrix \(shape)")
        return right.rank == 1 ? 1 : right.shape[1]
    }
}
