import ApusBLAS
import ApusParallel

/// The gradient of a pooling, input row by input row, so that rows can be shared out among threads although windows
/// overlap.
enum PoolingGradient {
    /// Calls `body` for each row of the input's gradient and each window row `i` through which outputs see it, with the
    /// position of the first of those outputs.
    ///
    /// Where windows lie side by side, each pixel is written once: pixels outside all windows are zero already, and
    /// `isFirst` tells to overwrite. Otherwise the whole row is zero and `body` adds.
    @inline(__always)
    static func forEachRow<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool,
        _ body: (_ row: UnsafeMutablePointer<Scalar>, _ i: Int, _ firstOutput: Int, _ isFirst: Bool) -> Void
    ) {
        let size = geometry.output
        let rowCount = geometry.input.width * geometry.channels
        let covered =
            geometry.stride == geometry.window && geometry.columns.before == 0
            ? min(geometry.input.width, size.width * geometry.window.width) * geometry.channels : 0
        RowShards.forEach(
            images: images, rows: geometry.input.height, scalarsPerRow: 2 * rowCount, pool: pool
        ) { image, y in
            let row = inputGradient + (image &* geometry.input.height &+ y) &* rowCount
            var written = 0
            for i in 0..<geometry.window.height {
                for h in geometry.rows.outputs(seeing: y..<y + 1, through: i, among: 0..<size.height) {
                    if written == 0 {
                        (row + covered).update(repeating: 0, count: rowCount - covered)
                    }
                    body(
                        row, i, (image &* size.height &+ h) &* size.width &* geometry.channels,
                        covered > 0 && written == 0)
                    written &+= 1
                }
            }
            if written == 0 { row.update(repeating: 0, count: rowCount) }
        }
    }
}
