/// A cut of `count` items into contiguous shards that depends on the shape of the work and never on the number of
/// threads, so that results are the same bits with any of them.
public struct Shards: Sendable, Equatable {
    /// Number of items that are cut.
    public let count: Int
    /// Number of shards, at least 1; sizes differ by at most one item.
    public let shards: Int

    /// Most shards that any operation is cut into; bounds the memory of per-shard partial results.
    public static let limit = 64

    /// Cuts `count` items into shards of at least `minimum` items, as many as allowed.
    ///
    /// - Parameters:
    ///   - count: Items to cut, not negative.
    ///   - minimum: Fewest items that are worth a shard of their own.
    ///   - limit: Most shards, at most ``limit`` by default.
    public init(of count: Int, atLeast minimum: Int = 1, limit: Int = Shards.limit) {
        require(count >= 0 && minimum >= 1 && limit >= 1, "Shards: count \(count), minimum \(minimum), limit \(limit)")
        self.count = count
        self.shards = max(1, min(limit, count / minimum))
    }

    /// The items of one shard.
    public subscript(shard: Int) -> Range<Int> {
        let (size, larger) = count.quotientAndRemainder(dividingBy: shards)
        let start = shard * size + min(shard, larger)
        return start..<start + size + (shard < larger ? 1 : 0)
    }
}
