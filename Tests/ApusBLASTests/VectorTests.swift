import ApusBLAS
import Testing

@Suite struct VectorTests {
    static let counts = [1, 2, 7, 16, 33, 100]
    static let increments = [1, 3, -1, -2]

    /// Element i of a vector with an increment: backwards from its end where that is negative.
    private func offset(_ index: Int, _ count: Int, _ increment: Int) -> Int {
        increment > 0 ? index * increment : (count - 1 - index) * -increment
    }

    private func vector<Scalar: BLASScalar>(_ count: Int, _ increment: Int, seed: UInt64) -> [Scalar] {
        var numbers = WholeNumbers(seed: seed)
        return numbers.array((count - 1) * abs(increment) + 1)
    }

    private func checkPairs<Scalar: BLASScalar>(_: Scalar.Type, _ n: Int, _ incx: Int, _ incy: Int) {
        let x: [Scalar] = vector(n, incx, seed: 1)
        let y: [Scalar] = vector(n, incy, seed: 2)
        let products = (0..<n).map { x[offset($0, n, incx)] * y[offset($0, n, incy)] }
        #expect(BLAS.dot(n: n, x: x.span, incx: incx, y: y.span, incy: incy) == products.reduce(0, +))

        var expected = y
        for index in 0..<n { expected[offset(index, n, incy)] += 3 * x[offset(index, n, incx)] }
        var updated = y
        var span = updated.mutableSpan
        BLAS.axpy(n: n, alpha: 3, x: x.span, incx: incx, y: &span, incy: incy)
        #expect(updated == expected)
    }

    @Test(arguments: counts, increments) func dotAndAxpy(n: Int, incx: Int) {
        for incy in Self.increments {
            checkPairs(Float.self, n, incx, incy)
            checkPairs(Double.self, n, incx, incy)
        }
    }

    private func checkSingles<Scalar: BLASScalar>(_: Scalar.Type, _ n: Int, _ incx: Int) {
        let x: [Scalar] = vector(n, incx, seed: 3)
        let strided = (0..<n).map { x[$0 * incx] }
        let squares = strided.reduce(0) { $0 + $1 * $1 }
        let norm = BLAS.nrm2(n: n, x: x.span, incx: incx)
        // A square root of an exact sum: correctly rounded up to the library's scaling.
        #expect((norm - squares.squareRoot()).magnitude <= 4 * Scalar(n) * squares.squareRoot().ulp)
        #expect(BLAS.asum(n: n, x: x.span, incx: incx) == strided.reduce(0) { $0 + $1.magnitude })
        let largest = strided.map(\.magnitude).max()
        #expect(BLAS.iamax(n: n, x: x.span, incx: incx) == strided.firstIndex { $0.magnitude == largest })

        var scaled = x
        var span = scaled.mutableSpan
        BLAS.scal(n: n, alpha: -2, x: &span, incx: incx)
        #expect(scaled.indices.allSatisfy { scaled[$0] == ($0 % incx == 0 ? -2 * x[$0] : x[$0]) })
    }

    @Test(arguments: counts, [1, 3]) func normsAndScaling(n: Int, incx: Int) {
        checkSingles(Float.self, n, incx)
        checkSingles(Double.self, n, incx)
    }

    @Test func scalingByZeroForgetsWhatWasThere() {
        var x: [Float] = [.nan, 1, .infinity, 2, -3]
        var span = x.mutableSpan
        BLAS.scal(n: 3, alpha: 0, x: &span, incx: 2)
        #expect(x == [0, 1, 0, 2, 0])
    }

    @Test func normNeitherOverflowsNorUnderflows() {
        let large: [Float] = [3e38, 0, 1e38]
        let small: [Double] = [3e-200, 4e-200]
        #expect(BLAS.nrm2(n: 3, x: large.span) < .infinity)
        #expect((BLAS.nrm2(n: 2, x: small.span) / 5e-200 - 1).magnitude < 1e-14)
    }

    @Test func emptyVectorsAreFine() {
        let nothing: [Double] = []
        var y: [Double] = [7]
        var span = y.mutableSpan
        #expect(BLAS.dot(n: 0, x: nothing.span, y: nothing.span) == 0)
        #expect(BLAS.nrm2(n: 0, x: nothing.span) == 0)
        #expect(BLAS.asum(n: 0, x: nothing.span) == 0)
        #expect(BLAS.iamax(n: 0, x: nothing.span) == nil)
        BLAS.axpy(n: 0, x: nothing.span, y: &span)
        #expect(y == [7])
    }
}
