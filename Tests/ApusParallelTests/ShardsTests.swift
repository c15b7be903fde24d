import ApusParallel
import Testing

struct ShardsTests {
    @Test(arguments: [0, 1, 2, 3, 7, 63, 64, 65, 127, 1_000, 4_096], [1, 2, 3, 16, 100])
    func coverAllItemsOnceInOrder(count: Int, minimum: Int) {
        for limit in [1, 2, 5, Shards.limit, 200] {
            let cut = Shards(of: count, atLeast: minimum, limit: limit)
            #expect(cut.count == count)
            #expect((1...limit).contains(cut.shards))
            let ranges = (0..<cut.shards).map { cut[$0] }
            #expect(ranges.flatMap(\.self) == Array(0..<count))
            let sizes = ranges.map(\.count)
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            // Few items may be less than the least a shard should have: then there is one.
            #expect(cut.shards == 1 || sizes.allSatisfy { $0 >= minimum })
        }
    }

    @Test func asManyAsAllowed() {
        #expect(Shards(of: 100, atLeast: 10).shards == 10)
        #expect(Shards(of: 109, atLeast: 10).shards == 10)
        #expect(Shards(of: 1_000_000).shards == Shards.limit)
        #expect(Shards(of: 3, atLeast: 10).shards == 1)
    }

    @Test(arguments: [(-1, 1, 1), (1, 0, 1), (1, 1, 0)])
    func mistakesStop(count: Int, minimum: Int, limit: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            [count = count as Int, minimum = minimum as Int, limit = limit as Int] in
            _ = Shards(of: count, atLeast: minimum, limit: limit)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Shards: count \(count), minimum \(minimum), limit \(limit)"))
    }
}
