import ApusParallel

/// Sums of squares in Double, whose order depends on the number of elements alone.
enum ElementSums {
    /// Σ xᵢ².
    static func squares(_ elements: UnsafePointer<Float>, count: Int, pool: WorkerPool) -> Double {
        let shards = Shards(of: count, atLeast: 16_384)
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: Shards.limit) { partials in
            // Each shard writes the element that no other touches.
            nonisolated(unsafe) let sums = partials
            pool.forEach(shards.shards) { shard, _ in sums[shard] = squares(elements, in: shards[shard]) }
            return (0..<shards.shards).reduce(0) { $0 + sums[$1] }
        }
    }

    private static func squares(_ elements: UnsafePointer<Float>, in range: Range<Int>) -> Double {
        var sums = SIMD8<Double>()
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let vector = UnsafeRawPointer(elements + index).loadUnaligned(as: SIMD8<Float>.self)
            let wide = SIMD8<Double>(vector)
            sums += wide * wide
            index += 8
        }
        var sum = sums.sum()
        while index < range.upperBound {
            sum += Double(elements[index]) * Double(elements[index])
            index += 1
        }
        return sum
    }
}
