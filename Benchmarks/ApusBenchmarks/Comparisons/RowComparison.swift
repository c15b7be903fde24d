import Foundation

/// One row on two sides.
package struct RowComparison: Sendable {
    /// What was measured, as the first side names it.
    package let identity: BenchmarkResult.Identity
    /// The first side's median.
    package let first: Double
    /// The second side's median.
    package let second: Double
    /// How many times as fast the second side is: above 1 is better, whatever the metric.
    package let speedup: SampleRatio

    /// Compares two rows; `nil` where one has no figures or neither direction is better.
    ///
    /// - Parameter paired: Whether the samples were taken in turn, see ``SampleRatio``.
    init?(_ first: BenchmarkResult, _ second: BenchmarkResult, paired: Bool) {
        let usable: Set<BenchmarkResult.Status> = [.ok, .unsettled, .drifted]
        guard let largerIsBetter = first.identity.metric.largerIsBetter, let one = first.summary,
            let other = second.summary, usable.contains(first.status), usable.contains(second.status),
            one.median > 0, other.median > 0
        else { return nil }
        identity = first.identity
        (self.first, self.second) = (one.median, other.median)
        let isPaired = paired && first.values.count == second.values.count
        speedup =
            largerIsBetter
            ? SampleRatio(second.values, over: first.values, paired: isPaired)
            : SampleRatio(first.values, over: second.values, paired: isPaired)
    }
}

extension [RowComparison] {
    /// The geometric mean of all ratios; `nil` without rows.
    var meanSpeedup: Double? {
        isEmpty ? nil : exp(reduce(0) { $0 + log($1.speedup.ratio) } / Double(count))
    }
}
