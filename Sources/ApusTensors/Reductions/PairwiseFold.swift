import ApusBLAS

/// Folds by an associative function in a tree of fixed form, so that the error of a sum of n elements grows with log n
/// instead of n (Higham, "The accuracy of floating point summation", 1993).
enum PairwiseFold {
    /// Rows folded in order.
    private static let run = 16
    /// Columns folded together; their partial results stay in the first cache.
    private static let tile = 512
    /// Columns into which contiguous elements are cut.
    private static let lanes = 64

    /// The fold of `count` contiguous elements, at least one.
    static func fold<Function: BinaryFunction, Scalar: BLASScalar>(
        _: Function.Type, _ values: UnsafePointer<Scalar>, count: Int
    ) -> Scalar {
        let rows = count / lanes
        if rows == 0 { return foldInOrder(Function.self, values, count: count) }
        return withUnsafeTemporaryAllocation(of: Scalar.self, capacity: lanes) { buffer in
            guard let partials = buffer.baseAddress else { return values[0] }
            foldColumns(Function.self, values, rows: rows, columns: lanes, to: partials)
            var width = lanes / 2
            while width > 0 {
                combine(Function.self, partials, partials + width, width)
                width /= 2
            }
            let rest = count - rows * lanes
            if rest == 0 { return partials[0] }
            return Function.apply(partials[0], foldInOrder(Function.self, values + rows * lanes, count: rest))
        }
    }

    /// The fold of every column of `rows` rows, at least one.
    static func foldColumns<Function: BinaryFunction, Scalar: BLASScalar>(
        _: Function.Type, _ values: UnsafePointer<Scalar>, rows: Int, columns: Int,
        to output: UnsafeMutablePointer<Scalar>
    ) {
        let width = min(tile, columns)
        let levels = Int.bitWidth - (rows / run).leadingZeroBitCount + 2
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: levels * width) { buffer in
            guard let partials = buffer.baseAddress else { return }
            for left in stride(from: 0, to: columns, by: width) {
                let count = min(width, columns - left)
                // Partial results of 2ᵏ runs each: a binary counter walks the tree without recursion.
                var depth = 0
                for (index, top) in stride(from: 0, to: rows, by: run).enumerated() {
                    let partial = partials + depth * width
                    let source = values + (top * columns + left)
                    partial.update(from: source, count: count)
                    for row in 1..<max(1, min(run, rows - top)) {
                        combine(Function.self, partial, source + row * columns, count)
                    }
                    depth += 1
                    for _ in 0..<(~index).trailingZeroBitCount {
                        depth -= 1
                        combine(Function.self, partials + (depth - 1) * width, partials + depth * width, count)
                    }
                }
                for level in (1..<max(1, depth)).reversed() {
                    combine(Function.self, partials + (level - 1) * width, partials + level * width, count)
                }
                (output + left).update(from: partials, count: count)
            }
        }
    }

    @inline(__always)
    private static func foldInOrder<Function: BinaryFunction, Scalar: BLASScalar>(
        _: Function.Type, _ values: UnsafePointer<Scalar>, count: Int
    ) -> Scalar {
        var result = values[0]
        for index in 1..<max(1, count) { result = Function.apply(result, values[index]) }
        return result
    }

    @inline(__always)
    private static func combine<Function: BinaryFunction, Scalar: BLASScalar>(
        _: Function.Type, _ left: UnsafeMutablePointer<Scalar>, _ right: UnsafePointer<Scalar>, _ count: Int
    ) {
        for index in 0..<count { left[index] = Function.apply(left[index], right[index]) }
    }
}
