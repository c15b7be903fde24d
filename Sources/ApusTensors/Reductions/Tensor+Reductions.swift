import ApusBLAS
import ApusParallel

// Reductions over all axes give a number; over some they give a tensor without these axes, or with extent 1 along them.
extension Tensor {
    /// The sum of all elements, added in pairs: its error grows with the logarithm of their number.
    public func sum() -> Scalar { fold(.sum) }

    /// The sums over some axes, added in pairs.
    public func sum(over axes: [Int], keepingDimensions: Bool = false) -> Tensor {
        fold(.sum, over: axes, keepingDimensions: keepingDimensions)
    }

    /// The product of all elements.
    public func product() -> Scalar { fold(.product) }

    /// The products over some axes.
    public func product(over axes: [Int], keepingDimensions: Bool = false) -> Tensor {
        fold(.product, over: axes, keepingDimensions: keepingDimensions)
    }

    /// The smallest element; NaN where there is one. Stops the program where there are no elements.
    public func min() -> Scalar { fold(.minimum) }

    /// The smallest elements over some axes; NaN where there is one.
    public func min(over axes: [Int], keepingDimensions: Bool = false) -> Tensor {
        fold(.minimum, over: axes, keepingDimensions: keepingDimensions)
    }

    /// The largest element; NaN where there is one. Stops the program where there are no elements.
    public func max() -> Scalar { fold(.maximum) }

    /// The largest elements over some axes; NaN where there is one.
    public func max(over axes: [Int], keepingDimensions: Bool = false) -> Tensor {
        fold(.maximum, over: axes, keepingDimensions: keepingDimensions)
    }

    /// The arithmetic mean of all elements; NaN where there are none.
    public func mean() -> Scalar { sum() / Scalar(count) }

    /// The arithmetic means over some axes.
    public func mean(over axes: [Int], keepingDimensions: Bool = false) -> Tensor {
        let sums = sum(over: axes, keepingDimensions: keepingDimensions)
        return sums / Scalar(axes.reduce(1) { $0 * shape[$1] })
    }

    /// The mean of the squared distances of all elements from their mean: Σ(x − x̄)² / (n − correction).
    ///
    /// - Parameter correction: 0 for the variance of the elements, 1 for an unbiased estimate of that of a population
    ///   they were drawn from.
    public func variance(correction: Int = 0) -> Scalar {
        let distances = self - mean()
        return (distances * distances).sum() / Scalar(count - correction)
    }

    /// The variances over some axes: Σ(x − x̄)² / (n − correction).
    public func variance(over axes: [Int], correction: Int = 0, keepingDimensions: Bool = false) -> Tensor {
        let distances = self - mean(over: axes, keepingDimensions: true)
        let sums = (distances * distances).sum(over: axes, keepingDimensions: keepingDimensions)
        return sums / Scalar(axes.reduce(1) { $0 * shape[$1] } - correction)
    }

    private func fold(_ reduction: Reduction) -> Scalar {
        fold(reduction, outer: 1, extent: count, inner: 1, shape: []).scalars[0]
    }

    private func fold(_ reduction: Reduction, over axes: [Int], keepingDimensions: Bool) -> Tensor {
        for axis in axes { shape.requireAxis(axis, "Tensor.\(reduction.rawValue)") }
        require(Set(axes).count == axes.count, "Tensor.\(reduction.rawValue): axes \(axes) repeat")
        var result = self
        // Neighbouring axes are folded as one, the innermost first.
        var remaining = axes.sorted()
        while let last = remaining.popLast() {
            var first = last
            while remaining.last == first - 1 { first = remaining.removeLast() }
            let extents = result.shape.dimensions
            let folded = Shape(
                extents[..<first] + Array(repeating: 1, count: last - first + 1) + extents[(last + 1)...])
            result = result.fold(
                reduction, outer: extents[..<first].reduce(1, *), extent: extents[first...last].reduce(1, *),
                inner: extents[(last + 1)...].reduce(1, *), shape: folded)
        }
        if keepingDimensions { return result }
        return result.reshaped(to: Shape(shape.dimensions.indices.filter { !axes.contains($0) }.map { shape[$0] }))
    }

    /// Folds the middle of three axes.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    func fold(_ reduction: Reduction, outer: Int, extent: Int, inner: Int, shape result: Shape) -> Tensor {
        if extent == 0 {
            guard let identity = reduction.identity(Scalar.self) else {
                callerMistake("Tensor.\(reduction.rawValue): shape \(shape) has no elements")
            }
            return Tensor(shape: result, repeating: identity)
        }
        return Tensor(shape: result) { output in
            withUnsafePointer { input in
                reduction.run(input, outer: outer, extent: extent, inner: inner, to: output)
            }
        }
    }
}
