import ApusNeuralNetworks
import ApusTensors
import Testing

@Suite struct ArenaLayoutTests {
    @Test func regionsAliveTogetherNeverOverlap() {
        for seed in 0..<50 {
            let key = RandomKey(seed: UInt64(seed))
            let regions = (0..<40).map { index in
                let first = key.integer(3 * index, below: 30)
                return ArenaLayout.Region(
                    bytes: key.integer(3 * index + 1, below: 5000), firstUse: first,
                    lastUse: first + key.integer(3 * index + 2, below: 12))
            }
            let (offsets, total) = ArenaLayout.place(regions)
            for (index, region) in regions.enumerated() {
                #expect(offsets[index] % ArenaLayout.alignment == 0)
                #expect(offsets[index] + region.bytes <= total)
                for other in 0..<index where regions[other].overlapsInTime(region) {
                    let isApart =
                        offsets[index] + region.bytes <= offsets[other]
                        || offsets[other] + regions[other].bytes <= offsets[index]
                    #expect(isApart, "regions \(other) and \(index), seed \(seed)")
                }
            }
        }
    }

    @Test func memoryIsUsedAgain() {
        let regions = (0..<10).map { ArenaLayout.Region(bytes: 640, firstUse: 2 * $0, lastUse: 2 * $0 + 2) }
        #expect(ArenaLayout.place(regions).bytes == 1280)
    }
}
