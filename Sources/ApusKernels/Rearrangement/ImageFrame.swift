import ApusBLAS
import ApusParallel

/// An image inside a larger one, `top` rows below and `left` columns right of its corner: both are `[height, width,
/// channels]`.
package struct ImageFrame: Sendable {
    let inner: Size2D
    let outer: Size2D
    let top: Int
    let left: Int
    let channels: Int

    package init(inner: Size2D, outer: Size2D, top: Int, left: Int, channels: Int) {
        self.inner = inner
        self.outer = outer
        self.top = top
        self.left = left
        self.channels = channels
    }

    /// The outer images: the inner ones and zeros around them.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func embed<Scalar: BLASScalar>(
        images: Int, inner source: UnsafePointer<Scalar>, outer target: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let (length, innerLength) = (outer.width * channels, inner.width * channels)
        RowShards.forEach(images: images, rows: outer.height, scalarsPerRow: length, pool: pool) { image, row in
            let line = target + (image &* outer.height &+ row) &* length
            guard (top..<top + inner.height).contains(row) else {
                line.update(repeating: 0, count: length)
                return
            }
            let before = left &* channels
            line.update(repeating: 0, count: before)
            let image = source + (image &* inner.height &+ row &- top) &* innerLength
            (line + before).update(from: image, count: innerLength)
            (line + before + innerLength).update(repeating: 0, count: length &- before &- innerLength)
        }
    }

    /// The inner images cut out of the outer ones.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func extract<Scalar: BLASScalar>(
        images: Int, outer source: UnsafePointer<Scalar>, inner target: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let (length, innerLength) = (outer.width * channels, inner.width * channels)
        RowShards.forEach(images: images, rows: inner.height, scalarsPerRow: innerLength, pool: pool) { image, row in
            let line = source + (image &* outer.height &+ row &+ top) &* length
            let place = target + (image &* inner.height &+ row) &* innerLength
            place.update(from: line + left &* channels, count: innerLength)
        }
    }
}
