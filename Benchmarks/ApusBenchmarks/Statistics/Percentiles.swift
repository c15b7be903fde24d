/// How single runs were distributed.
package struct Percentiles: Codable, Sendable, Equatable {
    /// Half of the runs lie below.
    package var p50: Double
    /// Nine of ten runs lie below.
    package var p90: Double
    /// All but one of a hundred runs lie below.
    package var p99: Double

    /// The percentiles of values that are at least one.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        p50 = Summary.quantile(0.5, ofSorted: sorted)
        p90 = Summary.quantile(0.9, ofSorted: sorted)
        p99 = Summary.quantile(0.99, ofSorted: sorted)
    }
}
