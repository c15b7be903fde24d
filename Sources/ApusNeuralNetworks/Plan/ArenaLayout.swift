/// Where everything of a plan lies in its one arena, in bytes from the start.
///
/// Time runs over the steps of one training step: step `i` of `n` runs forward at `i` and backward at `2n - 1 - i`. Two
/// regions may share memory when they are never needed at the same time.
package struct ArenaLayout: Sendable {
    /// A need for memory from one time to another, both included.
    package struct Region: Sendable {
        package var bytes: Int
        var firstUse: Int
        var lastUse: Int

        package init(bytes: Int, firstUse: Int, lastUse: Int) {
            self.bytes = bytes
            self.firstUse = firstUse
            self.lastUse = lastUse
        }

        package func overlapsInTime(_ other: Region) -> Bool { firstUse <= other.lastUse && other.firstUse <= lastUse }
    }

    /// Regions begin at multiples of a cache line, which is also the widest vector.
    package static let alignment = 64

    /// Offset of the contents of each storage, `nil` where no step touches them.
    var contents: [Int?] = []
    /// Offset of the gradient of each storage, `nil` where no step touches it.
    var gradients: [Int?] = []
    /// Offset of the workspace that the running step uses.
    var workspace = 0
    /// Offset of memory for gradients that nobody reads, those of frozen parameters.
    var discarded = 0
    /// Size of the arena.
    var bytes = 0

    /// Places regions greedily, the largest first, each at the lowest offset that is free for its whole life (the
    /// "greedy by size" of Pisarchyk and Lee 2020, arXiv 2001.03288).
    package static func place(_ regions: [Region]) -> (offsets: [Int], bytes: Int) {
        var offsets = [Int](repeating: 0, count: regions.count)
        var placed: [Int] = []
        var total = 0
        for index in regions.indices.sorted(by: { (regions[$1].bytes, $0) < (regions[$0].bytes, $1) }) {
            let region = regions[index]
            var offset = 0
            for other in placed where regions[other].overlapsInTime(region) {
                if offset + region.bytes <= offsets[other] { break }
                offset = max(offset, aligned(offsets[other] + regions[other].bytes))
            }
            offsets[index] = offset
            total = max(total, offset + region.bytes)
            placed.insert(index, at: placed.firstIndex { offsets[$0] > offset } ?? placed.endIndex)
        }
        return (offsets, aligned(total))
    }

    private static func aligned(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }
}
