import ApusBLAS
import ApusParallel

extension Tensor {
    /// The same elements in row-major order under another shape of as many.
    public func reshaped(to shape: Shape) -> Tensor {
        require(
            shape.count == count,
            "Tensor.reshaped: shape \(self.shape) has \(count) elements, \(shape) has \(shape.count)")
        return Tensor(shape: shape, scalars: scalars)
    }

    /// The same elements under another shape, of which one extent may be −1: what is left for it.
    public func reshaped(_ extents: Int...) -> Tensor {
        let known = extents.filter { $0 != -1 }
        let others = Shape(known).count
        if known.count == extents.count { return reshaped(to: Shape(extents)) }
        require(
            known.count == extents.count - 1 && others > 0 && count % others == 0,
            "Tensor.reshaped: shape \(shape) of \(count) elements does not fit \(extents)")
        return reshaped(to: Shape(extents.map { $0 == -1 ? count / others : $0 }))
    }

    /// The elements as a vector.
    public func flattened() -> Tensor {
        reshaped(to: [count])
    }

    /// The axes in another order: axis i of the result is axis `axes[i]`.
    public func permuted(_ axes: [Int]) -> Tensor {
        require(
            axes.sorted() == Array(0..<rank),
            "Tensor.permuted: \(axes) is no permutation of the axes 0..<\(rank) (shape \(shape))")
        let strides = shape.strides
        let extents = axes.map { shape[$0] }
        return gathered(StridedView(extents: extents, strides: axes.map { strides[$0] }), shape: Shape(extents))
    }

    /// The axes in reverse order; of a matrix the transpose.
    public func transposed() -> Tensor {
        permuted(Array((0..<rank).reversed()))
    }

    /// A new axis of extent 1 before axis `axis`, which may be one past the last.
    public func expandingDimensions(at axis: Int) -> Tensor {
        require(
            axis >= 0 && axis <= rank,
            "Tensor.expandingDimensions: axis is \(axis), expected 0...\(rank) (shape \(shape))")
        var extents = shape.dimensions
        extents.insert(1, at: axis)
        return reshaped(to: Shape(extents))
    }

    /// Without the axes of extent 1.
    public func squeezed() -> Tensor {
        reshaped(to: Shape(shape.filter { $0 != 1 }))
    }

    /// Without one axis, whose extent must be 1.
    public func squeezed(at axis: Int) -> Tensor {
        shape.requireAxis(axis, "Tensor.squeezed")
        require(
            shape[axis] == 1, "Tensor.squeezed: axis \(axis) has extent \(shape[axis]), expected 1 (shape \(shape))")
        var extents = shape.dimensions
        extents.remove(at: axis)
        return reshaped(to: Shape(extents))
    }

    /// Repeated along missing axes and axes of extent 1 to a larger shape.
    public func broadcast(to shape: Shape) -> Tensor {
        if shape == self.shape { return self }
        require(
            self.shape.broadcast(with: shape) == shape,
            "Tensor.broadcast: shape \(self.shape) does not broadcast to \(shape)")
        let strides = self.shape.strides(broadcastTo: shape)
        return gathered(StridedView(extents: shape.dimensions, strides: strides), shape: shape)
    }
}
