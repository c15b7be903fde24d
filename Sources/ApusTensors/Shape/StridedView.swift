import ApusBLAS

/// Elements of a buffer picked by an offset and a stride per axis: what a slice, a permutation or a broadcast reads.
struct StridedView {
    private let offset: Int
    private let count: Int
    /// The axes around the innermost two.
    private var around: [Axis] = []
    private var rows = Axis(extent: 1, stride: 0)
    private var columns = Axis(extent: 1, stride: 1)

    private struct Axis {
        var extent: Int
        var stride: Int
    }

    /// Side of the tiles in which a transposed matrix is read.
    private static let tile = 32

    /// A view of the given extents and strides; axes that go on in equal steps are merged.
    init(offset: Int = 0, extents: [Int], strides: [Int]) {
        self.offset = offset
        count = extents.reduce(1, *)
        var axes: [Axis] = []
        for (extent, stride) in zip(extents, strides) where extent != 1 {
            if let last = axes.last, last.stride == stride * extent {
                axes[axes.count - 1] = Axis(extent: last.extent * extent, stride: stride)
            } else {
                axes.append(Axis(extent: extent, stride: stride))
            }
        }
        if let last = axes.popLast() { columns = last }
        if let last = axes.popLast() { rows = last }
        around = axes
    }

    /// Copies the view's elements, in its order, to contiguous memory.
    @inline(__always)
    func gather<Scalar: BLASScalar>(from source: UnsafePointer<Scalar>, to output: UnsafeMutablePointer<Scalar>) {
        let (rows, columns) = (rows, columns)
        forEachMatrix { start, position in
            let (source, output) = (source + start, output + position)
            if columns.stride == 1 {
                for row in 0..<rows.extent {
                    (output + row * columns.extent).update(from: source + row * rows.stride, count: columns.extent)
                }
                return
            }
            for top in stride(from: 0, to: rows.extent, by: Self.tile) {
                for left in stride(from: 0, to: columns.extent, by: Self.tile) {
                    for row in top..<min(top + Self.tile, rows.extent) {
                        for column in left..<min(left + Self.tile, columns.extent) {
                            output[row * columns.extent + column] =
                                source[row * rows.stride + column * columns.stride]
                        }
                    }
                }
            }
        }
    }

    /// Copies contiguous memory to the view's elements, in its order.
    @inline(__always)
    func scatter<Scalar: BLASScalar>(from source: UnsafePointer<Scalar>, to output: UnsafeMutablePointer<Scalar>) {
        let (rows, columns) = (rows, columns)
        forEachMatrix { start, position in
            for row in 0..<rows.extent {
                let (source, output) = (source + position + row * columns.extent, output + start + row * rows.stride)
                for column in 0..<columns.extent { output[column * columns.stride] = source[column] }
            }
        }
    }

    /// Calls `body` with the offset of every matrix of the innermost axes in the viewed buffer and among the elements.
    @inline(__always)
    private func forEachMatrix(_ body: (_ offset: Int, _ position: Int) -> Void) {
        if count == 0 { return }
        let elements = rows.extent * columns.extent
        var indices = [Int](repeating: 0, count: around.count)
        var offset = offset
        for position in stride(from: 0, to: count, by: elements) {
            body(offset, position)
            for axis in around.indices.reversed() {
                indices[axis] += 1
                offset += around[axis].stride
                if indices[axis] < around[axis].extent { break }
                indices[axis] = 0
                offset -= around[axis].stride * around[axis].extent
            }
        }
    }
}

extension Tensor {
    /// The elements that a view picks, as a tensor of the given shape.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func gathered(_ view: StridedView, shape: Shape) -> Tensor {
        Tensor(shape: shape) { output in
            withUnsafePointer { view.gather(from: $0, to: output) }
        }
    }

    /// Overwrites the elements that a view picks with those of a tensor in row-major order.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    mutating func scatter(_ values: Tensor, to view: StridedView) {
        if values.count == 0 { return }
        withUnsafeMutablePointer { output in
            values.withUnsafePointer { view.scatter(from: $0, to: output) }
        }
    }
}
