import ApusBLAS
import Testing

/// What a caller's mistake leaves on standard error.
private func message(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
}

@Suite struct MistakeTests {
    @Test func shortSpanNamesAllShapes() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = [Float](repeating: 1, count: 7), b = [Float](repeating: 1, count: 20)
            var c = [Float](repeating: 1, count: 10)
            var span = c.mutableSpan
            BLAS.gemm(m: 2, n: 5, k: 4, a: a.span, lda: 4, b: b.span, ldb: 5, c: &span, ldc: 5)
        }
        #expect(
            message(result).contains(
                "BLAS.gemm: A has 7 elements, [2, 4] with leading dimension 4 needs 8 (A [2, 4], B [4, 5], C [2, 5])"))
    }

    @Test func shortLeadingDimension() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a = [Double](repeating: 1, count: 8), b = [Double](repeating: 1, count: 20)
            var c = [Double](repeating: 1, count: 10)
            BLAS.gemm(transposeB: true, m: 2, n: 5, k: 4, a: a, lda: 4, b: b, ldb: 3, c: &c, ldc: 5)
        }
        #expect(
            message(result).contains(
                """
                BLAS.gemm: leading dimension of B is 3, expected 4...2147483647 (A [2, 4], B [5, 4], C [2, 5])
                """))
    }

    @Test func sizeBeyond32Bits() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x: [Float] = [1]
            _ = BLAS.asum(n: 3_000_000_000, x: x.span)
        }
        #expect(message(result).contains("BLAS.asum: length of x is 3000000000, expected 0...2147483647"))
    }

    @Test func negativeSize() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x: [Float] = [1]
            var y: [Float] = [1]
            BLAS.gemv(m: 1, n: -1, a: x, lda: 1, x: x, y: &y)
        }
        #expect(message(result).contains("BLAS.gemv: n is -1, expected 0...2147483647"))
    }

    @Test func zeroIncrement() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x: [Float] = [1, 2]
            _ = BLAS.dot(n: 2, x: x.span, incx: 0, y: x.span)
        }
        #expect(message(result).contains("BLAS.dot: increment of x is 0, expected ±1...2147483647"))
    }

    @Test func backwardIncrementWhereThereIsNone() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x: [Float] = [1, 2]
            _ = BLAS.nrm2(n: 2, x: x.span, incx: -1)
        }
        #expect(message(result).contains("BLAS.nrm2: increment of x is -1, expected 1...2147483647"))
    }

    @Test func shortVector() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let x: [Float] = [1, 2, 3], y: [Float] = [1, 2, 3]
            var a = [Float](repeating: 0, count: 9)
            var span = a.mutableSpan
            BLAS.ger(m: 3, n: 3, x: x.span, incx: 2, y: y.span, a: &span, lda: 3)
        }
        #expect(
            message(result).contains(
                "BLAS.ger: x has 3 elements, [3] with increment 2 needs 5 (x [3], y [3], A [3, 3])"))
    }

    @Test func emptyMatrix() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let nothing: [Double] = []
            _ = try LinearAlgebra.determinant(a: nothing.span, n: 0)
        }
        #expect(message(result).contains("LinearAlgebra.lu: A [0, 0], expected at least [1, 1]"))
    }

    @Test func solvingWithTheFactorsOfAWideMatrix() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a: [Double] = [1, 2, 3, 4, 5, 6]
            _ = try LinearAlgebra.lu(a: a.span, rows: 2, columns: 3).solve(b: a.span)
        }
        #expect(message(result).contains("LU.solve: A is [2, 3], expected a square matrix"))
    }

    @Test func negativeTolerance() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let a: [Double] = [1, 2, 3, 4]
            _ = try LinearAlgebra.pseudoInverse(a: a.span, rows: 2, columns: 2, relativeTolerance: -1)
        }
        #expect(
            message(result).contains("LinearAlgebra.pseudoInverse: relative tolerance is -1.0, expected at least 0"))
    }
}
