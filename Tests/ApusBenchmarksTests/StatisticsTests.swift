import ApusBenchmarks
import ApusTensors
import Testing

@Suite("Statistics")
struct StatisticsTests {
    @Test("order statistics")
    func summary() throws {
        let summary = try #require(Summary([4, 1, 3, 2, 10]))
        #expect(summary.count == 5)
        #expect(summary.minimum == 1)
        #expect(summary.lowerQuartile == 2)
        #expect(summary.median == 3)
        #expect(summary.upperQuartile == 4)
        #expect(summary.maximum == 10)
        #expect(summary.interquartileRange == 2)
        #expect(abs(summary.uncertainty - 1.57 * 2 / (5.0.squareRoot() * 3)) < 1e-15)
        #expect(Summary([1, 2])?.median == 1.5)
        #expect(Summary([]) == nil)
    }

    /// Samples around a median, with noise that disturbs in one direction as other processes do.
    private func sample(_ median: Double, count: Int, seed: UInt64) -> [Double] {
        let key = RandomKey(seed: seed)
        return (0..<count).map { median * (1 + 0.02 * abs(key.normal($0))) }
    }

    @Test("the interval holds the true ratio about as often as it says")
    func coverage() {
        let hits = (0..<200).count { (trial: UInt64) in
            let first = sample(2, count: 30, seed: 2 * trial)
            let second = sample(1, count: 30, seed: 2 * trial + 1)
            return SampleRatio(first, over: second, paired: false).interval.contains(2)
        }
        // 95 % of 200 are 190, with a standard deviation of 3; the percentile bootstrap of medians is a little off.
        #expect((178...200).contains(hits), "\(hits) of 200")
    }

    @Test("taking turns cancels what slows down both")
    func pairing() {
        let weather = (0..<40).map { 1 + 0.5 * Double($0) / 40 }
        let first = zip(sample(1.1, count: 40, seed: 1), weather).map(*)
        let second = zip(sample(1, count: 40, seed: 2), weather).map(*)
        let paired = SampleRatio(first, over: second, paired: true)
        let unpaired = SampleRatio(first, over: second, paired: false)
        func width(_ ratio: SampleRatio) -> Double { ratio.interval.upperBound - ratio.interval.lowerBound }
        #expect(width(paired) < 0.6 * width(unpaired))
        #expect(paired.interval.lowerBound > 1)
    }

    @Test("the same samples give the same interval")
    func repeatable() {
        let (first, second) = (sample(2, count: 20, seed: 3), sample(1, count: 25, seed: 4))
        #expect(
            SampleRatio(first, over: second, paired: false) == SampleRatio(first, over: second, paired: false))
    }
}
