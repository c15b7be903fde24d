import ApusParallel

/// What a slice takes of one axis: an index, which removes the axis, or a range or stride of indices, which keeps it.
///
/// `Int`, all ranges of `Int` and the strides `stride(from:to:by:)` and `stride(from:through:by:)` are slices.
public protocol AxisSlice {
    /// The indices taken of an axis of the given extent, not yet checked against it.
    func indices(extent: Int) -> AxisIndices
}

/// Indices at equal distances along one axis.
public struct AxisIndices: Sendable, Hashable {
    /// The first index.
    public var first: Int
    /// The distance from one to the next, which may be negative.
    public var step: Int
    /// How many there are.
    public var count: Int
    /// Whether the result keeps the axis; a single index removes it.
    public var isAxisKept: Bool

    /// Indices `first`, `first + step`, …
    public init(first: Int, step: Int = 1, count: Int, isAxisKept: Bool = true) {
        self.first = first
        self.step = step
        self.count = count
        self.isAxisKept = isAxisKept
    }

    /// The indices of a range; the program stops later where they lie outside of the axis.
    init(_ range: Range<Int>) {
        self.init(first: range.lowerBound, count: range.count)
    }

    /// The indices of a stride.
    init(_ indices: [Int]) {
        self.init(
            first: indices.first ?? 0, step: indices.count > 1 ? indices[1] - indices[0] : 1, count: indices.count)
    }

    /// Whether all indices are indices of an axis of the given extent.
    func isInside(extent: Int) -> Bool {
        let last = first + max(count - 1, 0) * step
        return first >= 0 && last >= 0 && max(first, last) < extent || count == 0 && first >= 0 && first <= extent
    }
}

extension Int: AxisSlice {
    /// This index alone, without its axis.
    public func indices(extent: Int) -> AxisIndices { AxisIndices(first: self, count: 1, isAxisKept: false) }
}

extension Range<Int>: AxisSlice {
    /// The range's indices.
    public func indices(extent: Int) -> AxisIndices { AxisIndices(self) }
}

extension ClosedRange<Int>: AxisSlice {
    /// The range's indices.
    public func indices(extent: Int) -> AxisIndices { AxisIndices(Range(self)) }
}

extension PartialRangeFrom<Int>: AxisSlice {
    /// The range's indices up to the end of the axis.
    public func indices(extent: Int) -> AxisIndices {
        require(lowerBound <= extent, "Tensor[]: \(lowerBound)... begins beyond an axis of \(extent)")
        return AxisIndices(lowerBound..<extent)
    }
}

extension PartialRangeUpTo<Int>: AxisSlice {
    /// The range's indices from the beginning of the axis.
    public func indices(extent: Int) -> AxisIndices {
        require(upperBound >= 0, "Tensor[]: ..<\(upperBound) ends before the axis begins")
        return AxisIndices(0..<upperBound)
    }
}

extension PartialRangeThrough<Int>: AxisSlice {
    /// The range's indices from the beginning of the axis.
    public func indices(extent: Int) -> AxisIndices {
        require(upperBound >= -1, "Tensor[]: ...\(upperBound) ends before the axis begins")
        return AxisIndices(0..<upperBound + 1)
    }
}

extension StrideTo<Int>: AxisSlice {
    /// The stride's indices.
    public func indices(extent: Int) -> AxisIndices { AxisIndices(Array(self)) }
}

extension StrideThrough<Int>: AxisSlice {
    /// The stride's indices.
    public func indices(extent: Int) -> AxisIndices { AxisIndices(Array(self)) }
}
