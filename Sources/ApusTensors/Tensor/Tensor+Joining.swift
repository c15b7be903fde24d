import ApusBLAS
import ApusParallel

extension Tensor {
    /// Tensors one after the other along an axis; along all others they agree.
    public init(concatenating tensors: [Tensor], axis: Int = 0) {
        guard let first = tensors.first else {
            callerMistake("Tensor.concatenating: no tensors, expected at least one")
        }
        first.shape.requireAxis(axis, "Tensor.concatenating")
        for tensor in tensors.dropFirst() {
            let agrees =
                tensor.rank == first.rank
                && (0..<first.rank).allSatisfy { $0 == axis || tensor.shape[$0] == first.shape[$0] }
            require(agrees, "Tensor.concatenating: \(tensor.shape) does not fit \(first.shape) along axis \(axis)")
        }
        var extents = first.shape.dimensions
        extents[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
        let (outer, extent, inner) = Shape(extents).split(at: axis)
        self.init(shape: Shape(extents)) { output in
            var begin = 0
            for tensor in tensors {
                let run = tensor.shape[axis] * inner
                tensor.withUnsafePointer { source in
                    for block in 0..<outer {
                        (output + block * extent * inner + begin).update(from: source + block * run, count: run)
                    }
                }
                begin += run
            }
        }
    }

    /// Tensors of one shape along a new axis `axis`.
    public init(stacking tensors: [Tensor], axis: Int = 0) {
        for tensor in tensors.dropFirst() {
            require(
                tensor.shape == tensors[0].shape,
                "Tensor.stacking: \(tensor.shape) does not fit \(tensors[0].shape)")
        }
        self.init(concatenating: tensors.map { $0.expandingDimensions(at: axis) }, axis: axis)
    }

    /// Parts of given extents along an axis, which they fill.
    public func split(sizes: [Int], axis: Int = 0) -> [Tensor] {
        shape.requireAxis(axis, "Tensor.split")
        require(
            sizes.allSatisfy { $0 >= 0 } && sizes.reduce(0, +) == shape[axis],
            "Tensor.split: sizes \(sizes) do not add up to axis \(axis) of shape \(shape)")
        var begin = 0
        return sizes.map { size in
            var extents = shape.dimensions
            extents[axis] = size
            let strides = shape.strides
            defer { begin += size }
            return gathered(
                StridedView(offset: begin * strides[axis], extents: extents, strides: strides), shape: Shape(extents))
        }
    }

    /// `count` equal parts along an axis, whose extent `count` divides.
    public func split(count: Int, axis: Int = 0) -> [Tensor] {
        shape.requireAxis(axis, "Tensor.split")
        require(
            count > 0 && shape[axis] % count == 0,
            "Tensor.split: axis \(axis) of shape \(shape) does not divide into \(count) equal parts")
        return split(sizes: Array(repeating: shape[axis] / count, count: count), axis: axis)
    }
}
