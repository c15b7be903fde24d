import ApusBLAS
import Testing

@Suite struct MatrixVectorTests {
    static let shapes = [(1, 1), (3, 5), (5, 3), (17, 9), (1, 40), (40, 1), (64, 33)]

    private func checkProducts<Scalar: BLASScalar>(_: Scalar.Type, _ m: Int, _ n: Int) {
        var numbers = WholeNumbers(seed: UInt64(m * 100 + n))
        for (transpose, padding, incx, incy) in [(false, 0, 1, 1), (true, 3, 2, 1), (false, 1, 1, 3), (true, 0, 3, 2)] {
            let a = Padded<Scalar>(m, n, padding: padding, from: &numbers)
            let (outputs, inputs) = transpose ? (n, m) : (m, n)
            let x: [Scalar] = numbers.array((inputs - 1) * incx + 1)
            for (alpha, beta) in [(1, 0), (2, 1), (-1, 3), (0, 0), (0, 2)] as [(Scalar, Scalar)] {
                let before: [Scalar] = numbers.array((outputs - 1) * incy + 1)
                var expected = before
                for row in 0..<outputs {
                    let sum = (0..<inputs).reduce(Scalar(0)) {
                        $0 + a.element(row, $1, transposed: transpose) * x[$1 * incx]
                    }
                    expected[row * incy] = alpha * sum + (beta == 0 ? 0 : beta * before[row * incy])
                }
                var y = before
                if beta == 0 { for row in 0..<outputs { y[row * incy] = .nan } }
                var span = y.mutableSpan
                BLAS.gemv(
                    transpose: transpose, m: m, n: n, alpha: alpha, a: a.buffer.span, lda: a.stride, x: x.span,
                    incx: incx, beta: beta, y: &span, incy: incy)
                #expect(y == expected, "[\(m), \(n)] transpose \(transpose) α \(alpha) β \(beta)")
            }
        }
    }

    @Test(arguments: shapes) func gemv(m: Int, n: Int) {
        checkProducts(Float.self, m, n)
        checkProducts(Double.self, m, n)
    }

    @Test func gemvOverNoTermsScalesTheDestination() {
        let nothing: [Float] = []
        var y: [Float] = [.nan, 2]
        var span = y.mutableSpan
        BLAS.gemv(m: 2, n: 0, a: nothing.span, lda: 1, x: nothing.span, y: &span)
        #expect(y == [0, 0])
    }

    @Test func gemvGoesThroughVectorsFromTheirEnd() {
        let a: [Double] = [1, 2, 3, 4, 5, 6]
        let x: [Double] = [1, 10, 100]
        var y: [Double] = [0, 0]
        var span = y.mutableSpan
        BLAS.gemv(m: 2, n: 3, a: a.span, lda: 3, x: x.span, incx: -1, y: &span, incy: -1)
        #expect(y == [456, 123])
    }

    private func checkRankOne<Scalar: BLASScalar>(_: Scalar.Type, _ m: Int, _ n: Int) {
        var numbers = WholeNumbers(seed: UInt64(m * 7 + n))
        for (padding, incx, incy) in [(0, 1, 1), (3, 2, 1), (1, 1, 3)] {
            let x: [Scalar] = numbers.array((m - 1) * incx + 1)
            let y: [Scalar] = numbers.array((n - 1) * incy + 1)
            let before = Padded<Scalar>(m, n, padding: padding, from: &numbers)
            var a = before
            var span = a.buffer.mutableSpan
            BLAS.ger(m: m, n: n, alpha: 2, x: x.span, incx: incx, y: y.span, incy: incy, a: &span, lda: before.stride)
            let expected = Padded(m, n, padding: padding) { before[$0, $1] + 2 * x[$0 * incx] * y[$1 * incy] }
            #expect(a.buffer == expected.buffer)
        }
    }

    @Test(arguments: shapes) func ger(m: Int, n: Int) {
        checkRankOne(Float.self, m, n)
        checkRankOne(Double.self, m, n)
    }
}
