extension BLAS {
    /// y ← β·y over n elements; β = 0 writes zeros and reads nothing.
    @inline(__always)
    static func scale<Scalar: BLASScalar>(_ y: UnsafeMutablePointer<Scalar>, n: Int, incy: Int, by beta: Scalar) {
        if beta == 1 { return }
        for index in 0..<n {
            let offset = index * abs(incy)
            y[offset] = beta == 0 ? 0 : beta * y[offset]
        }
    }

    /// C ← β·C over the rows × columns part of C; β = 0 writes zeros and reads nothing.
    @inline(__always)
    static func scale<Scalar: BLASScalar>(
        _ c: UnsafeMutablePointer<Scalar>, rows: Int, columns: Int, ldc: Int, by beta: Scalar
    ) {
        for row in 0..<rows { scale(c + row * ldc, n: columns, incy: 1, by: beta) }
    }

    /// C ← β·C over one triangle of the n × n matrix C; β = 0 writes zeros and reads nothing.
    @inline(__always)
    static func scale<Scalar: BLASScalar>(
        _ c: UnsafeMutablePointer<Scalar>, triangle: Triangle, n: Int, ldc: Int, by beta: Scalar
    ) {
        for row in 0..<n {
            let columns = triangle == .lower ? 0..<row + 1 : row..<n
            scale(c + row * ldc + columns.lowerBound, n: columns.count, incy: 1, by: beta)
        }
    }
}
