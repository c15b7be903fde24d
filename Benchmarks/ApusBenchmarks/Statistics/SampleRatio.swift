import ApusTensors

/// How two samples compare: the median of the ratios of their pairs, or the ratio of their medians where they are not paired,
/// and its 95 % interval, by the percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993,
/// chapter 13).
package struct SampleRatio: Sendable, Equatable {
    /// The first over the second.
    package let ratio: Double
    /// Where 95 % of the resampled ratios lie.
    package let interval: ClosedRange<Double>

    private static let resamples = 2_000

    /// The ratio of two samples, drawn from anew with the same seed each time.
    ///
    /// - Parameters:
    ///   - first: The numerator's values.
    ///   - second: The denominator's values.
    ///   - paired: Whether the values at one index were taken next to each other, so that what slows down both cancels.
    /// - Precondition: Both hold at least one value; paired samples are equally long.
    package init(_ first: [Double], over second: [Double], paired: Bool) {
        let pairs = paired ? zip(first, second).map { $0 / $1 } : []
        ratio = paired ? Summary.median(pairs) : Summary.median(first) / Summary.median(second)
        var generator = RandomKey(seed: 1979).generator
        let ratios: [Double] = (0..<Self.resamples).map { _ in
            let rows = Self.draw(first.count, &generator)
            if paired { return Summary.median(rows.map { pairs[$0] }) }
            let others = Self.draw(second.count, &generator)
            return Summary.median(rows.map { first[$0] }) / Summary.median(others.map { second[$0] })
        }
        let sorted = ratios.sorted()
        interval = Summary.quantile(0.025, ofSorted: sorted)...Summary.quantile(0.975, ofSorted: sorted)
    }

    private static func draw(_ count: Int, _ generator: inout KeyedGenerator) -> [Int] {
        (0..<count).map { _ in Int.random(in: 0..<count, using: &generator) }
    }
}
