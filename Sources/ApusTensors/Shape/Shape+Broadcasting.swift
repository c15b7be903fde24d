import ApusParallel

extension Shape {
    /// The shape of an element-wise operation on operands of this shape and another, or `nil` where they do not fit.
    ///
    /// NumPy's rule: shapes are aligned at their last axes, missing axes count as 1, and an extent of 1 is repeated to
    /// match the other's.
    public func broadcast(with other: Shape) -> Shape? {
        let rank = Swift.max(rank, other.rank)
        var result: [Int] = []
        for axis in 0..<rank {
            let (mine, others) = (alignedExtent(axis, rank: rank), other.alignedExtent(axis, rank: rank))
            guard mine == others || mine == 1 || others == 1 else { return nil }
            result.append(mine == 1 ? others : mine)
        }
        return Shape(result)
    }

    /// The extent of an axis counted among `rank` axes, of which this shape's are the last.
    private func alignedExtent(_ axis: Int, rank: Int) -> Int {
        axis < rank - self.rank ? 1 : self[axis - (rank - self.rank)]
    }

    /// The strides with which this shape is read as the larger shape `result`: 0 along repeated axes.
    func strides(broadcastTo result: Shape) -> [Int] {
        let missing = result.rank - rank
        let own = strides
        return (0..<result.rank).map { axis in
            axis < missing || self[axis - missing] == 1 ? 0 : own[axis - missing]
        }
    }

    /// Stops the program unless `axis` is one of this shape's.
    func requireAxis(_ axis: Int, _ operation: @autoclosure () -> String) {
        require(
            dimensions.indices.contains(axis), "\(operation()): axis is \(axis), expected 0..<\(rank) (shape \(self))")
    }

    /// The row-major position of an element. Stops the program where an index is out of range.
    @usableFromInline
    func offset(of indices: [Int]) -> Int {
        require(indices.count == rank, "Tensor[]: \(indices.count) indices for \(rank) axes (shape \(self))")
        var offset = 0
        for (index, extent) in zip(indices, dimensions) {
            require(index >= 0 && index < extent, "Tensor[]: index \(indices) is outside of shape \(self)")
            offset = offset * extent + index
        }
        return offset
    }
}
