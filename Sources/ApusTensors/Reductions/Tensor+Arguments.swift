import ApusBLAS
import ApusParallel

extension Tensor {
    /// The row-major position of the largest element, the first of several; of the first NaN where there is one.
    public func argmax() -> Int { flattened().argument(.maximum, over: 0)[0] }

    /// The row-major position of the smallest element, the first of several; of the first NaN where there is one.
    public func argmin() -> Int { flattened().argument(.minimum, over: 0)[0] }

    /// The indices along an axis of the largest elements, one per element of the other axes in row-major order.
    public func argmax(over axis: Int) -> [Int] { argument(.maximum, over: axis) }

    /// The indices along an axis of the smallest elements, one per element of the other axes in row-major order.
    public func argmin(over axis: Int) -> [Int] { argument(.minimum, over: axis) }

    /// Where the extrema lie: a fold finds them, a second look their indices.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    private func argument(_ reduction: Reduction, over axis: Int) -> [Int] {
        shape.requireAxis(axis, "Tensor.arg\(reduction.rawValue)")
        require(shape[axis] > 0, "Tensor.arg\(reduction.rawValue): axis \(axis) of shape \(shape) has no elements")
        let (outer, extent, inner) = shape.split(at: axis)
        if outer * inner == 0 { return [] }
        let extrema = fold(reduction, outer: outer, extent: extent, inner: inner, shape: [outer, inner])
        return withUnsafePointer { values in
            var indices: [Int] = []
            indices.reserveCapacity(outer * inner)
            for block in 0..<outer {
                for column in 0..<inner {
                    let line = values + (block * extent * inner + column)
                    let extremum = extrema.scalars[block * inner + column]
                    var index = 0
                    while line[index * inner] != extremum && !line[index * inner].isNaN { index += 1 }
                    indices.append(index)
                }
            }
            return indices
        }
    }
}
