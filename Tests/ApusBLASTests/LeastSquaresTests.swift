import ApusBLAS
import Testing

@Suite struct LeastSquaresTests {
    private func checkFit<Scalar: BLASScalar>(_: Scalar.Type, _ rows: Int, _ columns: Int) throws {
        let a = Dense<Scalar>.random(rows, columns, seed: 61)
        let b = Dense<Scalar>.random(rows, 2, seed: 62)
        let paddedA = Padded<Scalar>(rows, columns, padding: 2) { a[$0, $1] }
        let paddedB = Padded<Scalar>(rows, 2, padding: 1) { b[$0, $1] }
        let values = try LinearAlgebra.singularValues(a: a.elements.span, rows: rows, columns: columns)
        let smallest = values[values.count - 1]
        let condition = values[0] / smallest
        for rank in [LeastSquaresRank<Scalar>.full, .detected()] {
            let fit = try LinearAlgebra.leastSquares(
                a: paddedA.buffer.span, rows: rows, columns: columns, lda: paddedA.stride, b: paddedB.buffer.span,
                rightHandSides: 2, ldb: paddedB.stride, rank: rank)
            let x = Dense(columns, 2, fit.solution)
            let residual = b - a * x
            #expect(fit.rank == min(rows, columns))
            // The residual is orthogonal to A's columns, and the least solution lies in the span of A's rows.
            #expect(
                (a.transposed * residual).isClose(to: Dense(columns, 2) { _, _ in 0 }, scale: condition * values[0]))
            let inverse = try LinearAlgebra.pseudoInverse(a: a.elements.span, rows: rows, columns: columns)
            #expect(x.isClose(to: Dense(columns, rows, inverse) * b, scale: condition * condition / smallest))
            for column in 0..<2 {
                let norm = (0..<rows).reduce(0) { $0 + residual[$1, column] * residual[$1, column] }.squareRoot()
                #expect((fit.residualNorms[column] - norm).magnitude <= 30 * Scalar(rows) * condition * Scalar.ulpOfOne)
            }
        }
    }

    @Test(arguments: [(1, 1), (6, 6), (12, 4), (4, 12), (50, 20)]) func fullRank(rows: Int, columns: Int) throws {
        try checkFit(Float.self, rows, columns)
        try checkFit(Double.self, rows, columns)
    }

    @Test func lineThroughPoints() throws {
        let a: [Double] = [1, 0, 1, 1, 1, 2], b: [Double] = [6, 0, 0]
        for rank in [LeastSquaresRank<Double>.full, .detected()] {
            let fit = try LinearAlgebra.leastSquares(a: a.span, rows: 3, columns: 2, b: b.span, rank: rank)
            #expect(Dense(2, 1, fit.solution).isClose(to: Dense(2, 1, [5, -3])))
            #expect((fit.residualNorms[0] - Double(6).squareRoot()).magnitude < 1e-14)
        }
    }

    /// The second column is twice the first: x + 2y = 5 is as good as can be, (1, 2) its least solution.
    @Test func rankDeficientGivesTheLeastSolution() throws {
        let a: [Float] = [1, 2, 1, 2, 1, 2], b: [Float] = [5, 6, 4]
        let fit = try LinearAlgebra.leastSquares(a: a.span, rows: 3, columns: 2, b: b.span)
        #expect(fit.rank == 1)
        #expect(Dense(2, 1, fit.solution).isClose(to: Dense(2, 1, [1, 2])))
        #expect((fit.residualNorms[0] - Float(2).squareRoot()).magnitude < 1e-5)
        #expect(fit.singularValues.count == 2 && fit.singularValues[1] < 1e-5)
    }

    @Test func promisedRankIsChecked() {
        let a: [Double] = [1, 0, 1, 0, 1, 0], b: [Double] = [1, 2, 3]
        #expect(throws: LinearAlgebraError.rankDeficient(column: 1)) {
            try LinearAlgebra.leastSquares(a: a.span, rows: 3, columns: 2, b: b.span, rank: .full)
        }
    }

    @Test func toleranceDecidesTheRank() throws {
        let a: [Double] = [1, 0, 0, 1e-3], b: [Double] = [1, 1]
        let loose = try LinearAlgebra.leastSquares(
            a: a.span, rows: 2, columns: 2, b: b.span, rank: .detected(relativeTolerance: 1e-2))
        #expect(loose.rank == 1)
        #expect(Dense(2, 1, loose.solution).isClose(to: Dense(2, 1, [1, 0])))
        #expect((loose.residualNorms[0] - 1).magnitude < 1e-14)
        let strict = try LinearAlgebra.leastSquares(a: a.span, rows: 2, columns: 2, b: b.span)
        #expect(strict.rank == 2)
        #expect(Dense(2, 1, strict.solution).isClose(to: Dense(2, 1, [1, 1000])))
    }
}
