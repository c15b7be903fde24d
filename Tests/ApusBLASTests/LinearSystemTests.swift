import ApusBLAS
import Testing

@Suite struct LinearSystemTests {
    static let orders = [1, 2, 5, 20, 61]

    /// Random and well conditioned: the diagonal outweighs its row.
    private func wellConditioned<Scalar: BLASScalar>(_ n: Int) -> Dense<Scalar> {
        let random = Dense<Scalar>.random(n, n, seed: UInt64(n))
        return Dense(n, n) { random[$0, $1] + ($0 == $1 ? Scalar(n) : 0) }
    }

    private func checkSolve<Scalar: BLASScalar>(_: Scalar.Type, _ n: Int) throws {
        let a: Dense<Scalar> = wellConditioned(n)
        for (rightHandSides, padding) in [(1, 0), (3, 2)] {
            let x = Dense<Scalar>.random(n, rightHandSides, seed: 9)
            let product = a * x
            let paddedA = Padded<Scalar>(n, n, padding: padding) { a[$0, $1] }
            let paddedB = Padded<Scalar>(n, rightHandSides, padding: padding) { product[$0, $1] }
            let solution = try LinearAlgebra.solve(
                a: paddedA.buffer.span, n: n, lda: paddedA.stride, b: paddedB.buffer.span,
                rightHandSides: rightHandSides, ldb: paddedB.stride)
            #expect(Dense(n, rightHandSides, solution).isClose(to: x))
            let lu = try LinearAlgebra.lu(a: a.elements.span, rows: n, columns: n)
            let again = try lu.solve(b: product.elements.span, rightHandSides: rightHandSides)
            #expect(Dense(n, rightHandSides, again).isClose(to: x))
        }
        let inverse = Dense(n, n, try LinearAlgebra.inverse(a: a.elements.span, n: n))
        #expect((a * inverse).isClose(to: .identity(n)))
        #expect((inverse * a).isClose(to: .identity(n)))
    }

    @Test(arguments: orders) func solveAndInverse(n: Int) throws {
        try checkSolve(Float.self, n)
        try checkSolve(Double.self, n)
    }

    private func checkLU<Scalar: BLASScalar>(_: Scalar.Type, _ rows: Int, _ columns: Int) throws {
        let a = Dense<Scalar>.random(rows, columns, seed: 3)
        let lu = try LinearAlgebra.lu(a: a.elements.span, rows: rows, columns: columns)
        let inner = min(rows, columns)
        let permuted = Dense<Scalar>(rows, columns) { a[lu.permutation[$0], $1] }
        let lower = Dense(rows, inner, lu.lower)
        #expect((lower * Dense(inner, columns, lu.upper)).isClose(to: permuted))
        #expect(lower.largestMagnitude == 1)
        #expect(lu.permutation.sorted() == Array(0..<rows))
        #expect(lu.zeroPivot == nil)
    }

    @Test(arguments: [(1, 1), (6, 6), (9, 4), (4, 9), (40, 37)]) func luReconstructs(rows: Int, columns: Int) throws {
        try checkLU(Float.self, rows, columns)
        try checkLU(Double.self, rows, columns)
    }

    @Test func luExchangesRows() throws {
        let a: [Double] = [0, 1, 2, 0, 0, 3, 5, 0, 0]
        let lu = try LinearAlgebra.lu(a: a.span, rows: 3, columns: 3)
        #expect(lu.permutation == [2, 0, 1])
        #expect(lu.upper == [5, 0, 0, 0, 1, 2, 0, 0, 3])
    }

    private static let singular: [Float] = [1, 2, 3, 2, 4, 6, 1, 1, 1]

    @Test func singularMatrixSaysWhichPivot() throws {
        let a = Self.singular, b: [Float] = [1, 2, 3]
        let expected = LinearAlgebraError.singular(pivot: 2)
        #expect(throws: expected) { try LinearAlgebra.solve(a: a.span, n: 3, b: b.span) }
        #expect(throws: expected) { try LinearAlgebra.inverse(a: a.span, n: 3) }
        let lu = try LinearAlgebra.lu(a: a.span, rows: 3, columns: 3)
        #expect(lu.zeroPivot == 2)
        #expect(throws: expected) { try lu.solve(b: b.span) }
        #expect(expected.description == "the matrix is singular: pivot 2 is exactly zero")
        let first: [Double] = [0, 1, 0, 1]
        #expect(throws: LinearAlgebraError.singular(pivot: 0)) { try LinearAlgebra.inverse(a: first.span, n: 2) }
    }

    @Test func determinants() throws {
        let a: [Double] = [2, 1, 0, 1, 3, 1, 0, 1, 4]
        #expect((try LinearAlgebra.determinant(a: a.span, n: 3) - 18).magnitude < 1e-13)
        let exchange: [Float] = [0, 1, 1, 0]
        #expect(try LinearAlgebra.determinant(a: exchange.span, n: 2) == -1)
        let singular = Self.singular
        #expect(try LinearAlgebra.determinant(a: singular.span, n: 3) == 0)
        let padded: [Float] = [2, 9, 100, 0, 3, 100]
        #expect(try LinearAlgebra.determinant(a: padded.span, n: 2, lda: 3) == 6)
    }

    @Test func logDeterminantDoesNotOverflow() throws {
        let n = 400
        let a = Dense<Float>(n, n) { $0 == $1 ? ($0 == 0 ? -10 : 10) : 0 }
        let (sign, logMagnitude) = try LinearAlgebra.logDeterminant(a: a.elements.span, n: n)
        #expect(sign == -1)
        #expect((logMagnitude / (400 * 2.302_585_1) - 1).magnitude < 1e-6)
        #expect(try LinearAlgebra.determinant(a: a.elements.span, n: n) == -.infinity)
        let singular = Self.singular
        let ofSingular = try LinearAlgebra.logDeterminant(a: singular.span, n: 3)
        #expect(ofSingular.sign == 0 && ofSingular.logMagnitude == -.infinity)
    }

    private func checkCholesky<Scalar: BLASScalar>(_: Scalar.Type, _ n: Int) throws {
        let root = Dense<Scalar>.random(n, n + 3, seed: 11)
        let gram = root * root.transposed
        let a = Dense<Scalar>(n, n) { gram[$0, $1] + ($0 == $1 ? 1 : 0) }
        for triangle in [BLAS.Triangle.lower, .upper] {
            // The other triangle is not read.
            let half = Padded<Scalar>(n, n, padding: 2) { row, column in
                row == column || (column < row) == (triangle == .lower) ? a[row, column] : .nan
            }
            let cholesky = try LinearAlgebra.cholesky(
                a: half.buffer.span, n: n, lda: half.stride, triangle: triangle)
            let factor = Dense(n, n, cholesky.factor)
            let product = triangle == .lower ? factor * factor.transposed : factor.transposed * factor
            #expect(product.isClose(to: a))
            for row in 0..<n {
                for column in 0..<n where row != column && (column < row) != (triangle == .lower) {
                    #expect(factor[row, column] == 0)
                }
            }
            let x = Dense<Scalar>.random(n, 2, seed: 4)
            let solution = try cholesky.solve(b: (a * x).elements.span, rightHandSides: 2)
            // The condition number of A = M·Mᵀ + I is at most its norm, about n.
            #expect(Dense(n, 2, solution).isClose(to: x, scale: Scalar(2 * n)))
        }
    }

    @Test(arguments: orders) func choleskyReconstructs(n: Int) throws {
        try checkCholesky(Float.self, n)
        try checkCholesky(Double.self, n)
    }

    @Test func indefiniteMatrixSaysWhichMinor() {
        let a: [Double] = [4, 2, 0, 2, 1, 0, 0, 0, 1]
        #expect(throws: LinearAlgebraError.notPositiveDefinite(minor: 2)) {
            try LinearAlgebra.cholesky(a: a.span, n: 3)
        }
        let b: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, -1]
        #expect(throws: LinearAlgebraError.notPositiveDefinite(minor: 3)) {
            try LinearAlgebra.cholesky(a: b.span, n: 3, triangle: .upper)
        }
    }

    @Test func nonFiniteInputSaysWhere() {
        let a: [Float] = [1, 0, 0, 1, .infinity, 0], good: [Float] = [1, 0, 0, 1], b: [Float] = [1, .nan]
        let inA = LinearAlgebraError.nonFinite(operand: "A", row: 1, column: 1)
        #expect(throws: inA) { try LinearAlgebra.solve(a: a.span, n: 2, lda: 3, b: good.span) }
        #expect(throws: inA) { try LinearAlgebra.svd(a: a.span, rows: 2, columns: 3) }
        #expect(throws: inA) { try LinearAlgebra.eig(a: a.span, n: 2, lda: 3) }
        #expect(throws: LinearAlgebraError.nonFinite(operand: "B", row: 1, column: 0)) {
            try LinearAlgebra.solve(a: good.span, n: 2, b: b.span)
        }
    }
}
