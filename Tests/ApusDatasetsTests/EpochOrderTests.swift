import ApusDatasets
import ApusTensors
import TestSupport
import Testing

/// Which examples an epoch takes where it takes the hardest.
@Suite struct EpochOrderTests {
    private let key = RandomKey(seed: 5)

    /// Runs an epoch in which every example has its own position as its loss.
    private func run(_ epoch: Int, of order: EpochOrder, _ ranking: LossRanking) -> [Int] {
        let indices = order.indices(ofEpoch: epoch) ?? []
        let losses = indices.map(Float.init)
        for start in stride(from: 0, to: indices.count, by: 3) {
            let positions = start..<min(start + 3, indices.count)
            losses.withUnsafeBufferPointer { losses in
                guard let base = losses.baseAddress else { return }
                order.record(base + start, of: positions)
            }
        }
        ranking.endEpoch()
        return indices
    }

    @Test func theFirstEpochTakesARandomShare() {
        let order = EpochOrder(hardest: 7, of: LossRanking(count: 10), shuffleKey: key)
        #expect(order.indices(ofEpoch: 0) == Array(key.folding(0).permutation(count: 10).prefix(7)))
        #expect(order.count == 7 && order.exampleCount == 10 && order.followsLosses)
    }

    @Test func othersTakeWhatWasLeftOutAndThenTheHardest() {
        let ranking = LossRanking(count: 10)
        let order = EpochOrder(hardest: 7, of: ranking, shuffleKey: key)
        var before = run(0, of: order, ranking)
        for epoch in 1...4 {
            let leftOut = Set(0..<10).subtracting(before)
            let hardest = before.sorted().suffix(4)
            let taken = run(epoch, of: order, ranking)
            #expect(Set(taken) == leftOut.union(hardest) && taken.count == 7)
            #expect(taken == key.folding(epoch).permutation(count: 10).filter { taken.contains($0) })
            before = taken
        }
    }

    @Test func ofEquallyHardOnesTheFirstOfTheOrderAreTaken() {
        let ranking = LossRanking(.init(last: [1, 2, 1, 1, 0, 1], current: [0, 0, 0, 0, 0, 0]))
        #expect(ranking.hardest(3, among: [5, 4, 3, 2, 1, 0]) == [5, 3, 1])
        #expect(ranking.hardest(6, among: [5, 4, 3, 2, 1, 0]) == [5, 4, 3, 2, 1, 0])
        #expect(ranking.hardest(0, among: [5, 4, 3, 2, 1, 0]) == [])
    }

    @Test func aRankingGoesOnFromItsLosses() {
        let whole = LossRanking(count: 10)
        let order = EpochOrder(hardest: 7, of: whole, shuffleKey: key)
        _ = run(0, of: order, whole)
        let resumed = EpochOrder(hardest: 7, of: LossRanking(whole.losses), shuffleKey: key)
        #expect(resumed.indices(ofEpoch: 1) == order.indices(ofEpoch: 1))
    }

    @Test func mistakesStop() async {
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = EpochOrder(hardest: 4, of: LossRanking(count: 3), shuffleKey: RandomKey(seed: 0))
            }, saying: "EpochOrder: the hardest 4 of 3 examples")
    }
}
