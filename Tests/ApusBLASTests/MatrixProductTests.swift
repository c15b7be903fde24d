import ApusBLAS
import Testing

@Suite struct MatrixProductTests {
    static let shapes = [
        (1, 1, 1), (2, 3, 4), (7, 5, 9), (17, 33, 13), (64, 48, 65), (3, 1, 8), (1, 9, 2), (2, 2, 0), (100, 31, 270),
    ]

    private func checkProducts<Scalar: BLASScalar>(_: Scalar.Type, _ m: Int, _ n: Int, _ k: Int) {
        var numbers = WholeNumbers(seed: UInt64(m * 10_000 + n * 100 + k))
        for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
            for padding in [0, 3] {
                let a = Padded<Scalar>(transposeA ? k : m, transposeA ? m : k, padding: padding, from: &numbers)
                let b = Padded<Scalar>(transposeB ? n : k, transposeB ? k : n, padding: 2 * padding, from: &numbers)
                for (alpha, beta) in [(1, 0), (2, 0), (1, 1), (-1, 2), (0, 0), (0, 3)] as [(Scalar, Scalar)] {
                    let before = Padded<Scalar>(m, n, padding: padding, from: &numbers)
                    let expected = Padded<Scalar>(m, n, padding: padding) { row, column in
                        let sum = (0..<k).reduce(Scalar(0)) {
                            $0 + a.element(row, $1, transposed: transposeA)
                                * b.element($1, column, transposed: transposeB)
                        }
                        return alpha * sum + beta * before[row, column]
                    }
                    var c = beta == 0 ? Padded(m, n, padding: padding) { _, _ in .nan } : before
                    var span = c.buffer.mutableSpan
                    BLAS.gemm(
                        transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: alpha,
                        a: a.buffer.span, lda: a.stride, b: b.buffer.span, ldb: b.stride, beta: beta, c: &span,
                        ldc: before.stride)
                    #expect(c.buffer == expected.buffer, "transposes \(transposeA) \(transposeB) α \(alpha) β \(beta)")
                }
            }
        }
    }

    @Test(arguments: shapes) func gemm(m: Int, n: Int, k: Int) {
        checkProducts(Float.self, m, n, k)
        checkProducts(Double.self, m, n, k)
    }

    @Test func gemmOverPointersIsTheSame() {
        let a: [Float] = [1, 2, 3, 4], b: [Float] = [5, 6, 7, 8]
        var c = [Float](repeating: .nan, count: 4)
        BLAS.gemm(m: 2, n: 2, k: 2, a: a, lda: 2, b: b, ldb: 2, c: &c, ldc: 2)
        #expect(c == [19, 22, 43, 50])
    }

    @Test func alphaZeroReadsNoOperand() {
        let unknown = [Double](repeating: .nan, count: 4)
        var c: [Double] = [1, 2, 3, 4]
        var span = c.mutableSpan
        BLAS.gemm(
            m: 2, n: 2, k: 2, alpha: 0, a: unknown.span, lda: 2, b: unknown.span, ldb: 2, beta: 2, c: &span, ldc: 2)
        #expect(c == [2, 4, 6, 8])
    }

    private func checkUpdates<Scalar: BLASScalar>(_: Scalar.Type, _ n: Int, _ k: Int) {
        var numbers = WholeNumbers(seed: UInt64(n * 100 + k))
        for triangle in [BLAS.Triangle.lower, .upper] {
            for (transpose, padding) in [(false, 0), (true, 2)] {
                let a = Padded<Scalar>(transpose ? k : n, transpose ? n : k, padding: padding, from: &numbers)
                for (alpha, beta) in [(1, 0), (2, 1), (0, 0), (0, 2), (-1, 3)] as [(Scalar, Scalar)] {
                    let before = Padded<Scalar>(n, n, padding: padding, from: &numbers)
                    let isInside = { (row: Int, column: Int) in triangle == .lower ? column <= row : column >= row }
                    let expected = Padded<Scalar>(n, n, padding: padding) { row, column in
                        if !isInside(row, column) { return before[row, column] }
                        let sum = (0..<k).reduce(Scalar(0)) {
                            $0 + a.element(row, $1, transposed: transpose)
                                * a.element(column, $1, transposed: transpose)
                        }
                        return alpha * sum + beta * before[row, column]
                    }
                    var c = Padded<Scalar>(n, n, padding: padding) {
                        beta == 0 && isInside($0, $1) ? .nan : before[$0, $1]
                    }
                    var span = c.buffer.mutableSpan
                    BLAS.syrk(
                        triangle: triangle, transpose: transpose, n: n, k: k, alpha: alpha, a: a.buffer.span,
                        lda: a.stride, beta: beta, c: &span, ldc: before.stride)
                    #expect(c.buffer == expected.buffer, "\(triangle) transpose \(transpose) α \(alpha) β \(beta)")
                }
            }
        }
    }

    @Test(arguments: [(1, 1), (5, 3), (33, 17), (4, 0), (70, 65)]) func syrk(n: Int, k: Int) {
        checkUpdates(Float.self, n, k)
        checkUpdates(Double.self, n, k)
    }

    /// X is chosen, B computed from it; A's diagonal is ±1 and its other elements few, so that all stays exact.
    private func checkTriangular<Scalar: BLASScalar>(_: Scalar.Type, _ m: Int, _ n: Int) {
        var numbers = WholeNumbers(seed: UInt64(m * 100 + n))
        for side in [BLAS.Side.left, .right] {
            let order = side == .left ? m : n
            for triangle in [BLAS.Triangle.lower, .upper] {
                for (transpose, unitDiagonal, padding) in [
                    (false, false, 0), (true, false, 2), (false, true, 1), (true, true, 0),
                ] {
                    // What a triangular solve may not read is NaN.
                    let a = Padded<Scalar>(order, order, padding: padding) { row, column in
                        if row == column { return unitDiagonal ? .nan : row % 2 == 0 ? 1 : -1 }
                        if (column < row) != (triangle == .lower) { return .nan }
                        return abs(row - column) == 1 ? 1 : 0
                    }
                    let used = { (row: Int, column: Int) -> Scalar in
                        if row == column { return unitDiagonal ? 1 : a[row, column] }
                        let (row, column) = transpose ? (column, row) : (row, column)
                        return (column < row) == (triangle == .lower) ? a[row, column] : 0
                    }
                    let x = Padded<Scalar>(m, n, padding: padding, from: &numbers)
                    var b = Padded<Scalar>(m, n, padding: padding) { row, column in
                        (0..<order).reduce(0) {
                            $0 + (side == .left ? used(row, $1) * x[$1, column] : x[row, $1] * used($1, column))
                        }
                    }
                    var span = b.buffer.mutableSpan
                    BLAS.trsm(
                        side: side, triangle: triangle, transpose: transpose, unitDiagonal: unitDiagonal, m: m, n: n,
                        alpha: 2, a: a.buffer.span, lda: a.stride, b: &span, ldb: x.stride)
                    let expected = Padded<Scalar>(m, n, padding: padding) { 2 * x[$0, $1] }
                    #expect(b.buffer == expected.buffer, "\(side) \(triangle) transpose \(transpose) \(unitDiagonal)")
                }
            }
        }
    }

    @Test(arguments: [(1, 1), (3, 5), (6, 2), (9, 9)]) func trsm(m: Int, n: Int) {
        checkTriangular(Float.self, m, n)
        checkTriangular(Double.self, m, n)
    }

    @Test func trsmByZeroForgetsWhatWasThere() {
        let a: [Float] = [1]
        var b: [Float] = [.nan, 5, .infinity]
        var span = b.mutableSpan
        BLAS.trsm(side: .left, triangle: .lower, m: 1, n: 3, alpha: 0, a: a.span, lda: 1, b: &span, ldb: 3)
        #expect(b == [0, 0, 0])
    }
}
