import ApusBLAS
import ApusParallel

// Slices are tensors of their own: `t[0, ...]` copies, and `t[0, ...] = row` writes back. An index for every axis gives
// a number, anything with a range or `...` a tensor. Axes that are not mentioned are taken whole. Assigned values
// broadcast.
extension Tensor {
    /// A slice: `t[1..<3, 0]`, `t[0..., stride(from: 0, to: 8, by: 2)]`.
    public subscript(_ slices: any AxisSlice...) -> Tensor {
        get { slice(slices, []) }
        set { setSlice(slices, [], to: newValue) }
    }

    /// A slice of the last axes: `t[..., 0]`.
    public subscript(_ others: UnboundedRange, _ last: any AxisSlice...) -> Tensor {
        get { slice([], last) }
        set { setSlice([], last, to: newValue) }
    }

    /// A slice of the first and the last axes: `t[0, ...]`, `t[0, ..., 1]`.
    public subscript(_ first: any AxisSlice, _ others: UnboundedRange, _ last: any AxisSlice...) -> Tensor {
        get { slice([first], last) }
        set { setSlice([first], last, to: newValue) }
    }

    /// A slice of the first two and the last axes: `t[0, 1, ...]`.
    public subscript(
        _ first: any AxisSlice, _ second: any AxisSlice, _ others: UnboundedRange, _ last: any AxisSlice...
    ) -> Tensor {
        get { slice([first, second], last) }
        set { setSlice([first, second], last, to: newValue) }
    }

    private func slice(_ first: [any AxisSlice], _ last: [any AxisSlice]) -> Tensor {
        let (view, shape) = view(first, last)
        return gathered(view, shape: shape)
    }

    private mutating func setSlice(_ first: [any AxisSlice], _ last: [any AxisSlice], to values: Tensor) {
        let (view, shape) = view(first, last)
        scatter(values.broadcast(to: shape), to: view)
    }

    /// The elements that slices of the first and the last axes take, and the shape they have.
    private func view(_ first: [any AxisSlice], _ last: [any AxisSlice]) -> (StridedView, Shape) {
        require(
            first.count + last.count <= rank,
            "Tensor[]: \(first.count + last.count) slices for \(rank) axes (shape \(shape))")
        let whole: [any AxisSlice] = Array(repeating: 0..., count: rank - first.count - last.count)
        var offset = 0
        var (extents, strides): ([Int], [Int]) = ([], [])
        for (axis, (slice, stride)) in zip(first + whole + last, shape.strides).enumerated() {
            let indices = slice.indices(extent: shape[axis])
            require(
                indices.isInside(extent: shape[axis]),
                "Tensor[]: \(slice) is outside of axis \(axis), 0..<\(shape[axis]) (shape \(shape))")
            offset += indices.first * stride
            if indices.isAxisKept {
                extents.append(indices.count)
                strides.append(indices.step * stride)
            }
        }
        return (StridedView(offset: offset, extents: extents, strides: strides), Shape(extents))
    }

    /// The elements at some indices of an axis, in their order; an index may come more than once.
    public func gathering(_ indices: [Int], axis: Int = 0) -> Tensor {
        shape.requireAxis(axis, "Tensor.gathering")
        for index in indices {
            require(
                (0..<shape[axis]).contains(index),
                "Tensor.gathering: index \(index) is outside of axis \(axis), 0..<\(shape[axis]) (shape \(shape))")
        }
        let (outer, _, inner) = shape.split(at: axis)
        var extents = shape.dimensions
        extents[axis] = indices.count
        return Tensor(shape: Shape(extents)) { output in
            withUnsafePointer { source in
                for block in 0..<outer {
                    for (position, index) in indices.enumerated() {
                        (output + (block * indices.count + position) * inner)
                            .update(from: source + (block * shape[axis] + index) * inner, count: inner)
                    }
                }
            }
        }
    }
}

extension Shape {
    /// The shape as three axes: those before one, it, and those after it.
    func split(at axis: Int) -> (outer: Int, extent: Int, inner: Int) {
        (dimensions[..<axis].reduce(1, *), dimensions[axis], dimensions[(axis + 1)...].reduce(1, *))
    }
}
