import ApusBLAS

/// Transposition of row-major matrices.
enum Transposition {
    private static let block = 16

    /// destination[j, i] = source[i, j] for i in `rows`, j in 0..<columns.
    @inline(__always)
    static func transpose<Scalar: BLASScalar>(
        rows: Range<Int>, columns: Int, from source: UnsafePointer<Scalar>, stride sourceStride: Int,
        to destination: UnsafeMutablePointer<Scalar>, stride destinationStride: Int
    ) {
        for first in stride(from: 0, to: columns, by: block) {
            let last = min(columns, first &+ block)
            for i in rows {
                let row = source + i &* sourceStride
                for j in first..<last { destination[j &* destinationStride &+ i] = row[j] }
            }
        }
    }
}
