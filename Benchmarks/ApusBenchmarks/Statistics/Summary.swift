/// Order statistics of a sample.
package struct Summary: Sendable, Equatable {
    /// Number of values.
    package var count: Int
    /// The smallest value.
    package var minimum: Double
    /// A quarter of the values lie below.
    package var lowerQuartile: Double
    /// Half of the values lie below.
    package var median: Double
    /// Three quarters of the values lie below.
    package var upperQuartile: Double
    /// The largest value.
    package var maximum: Double

    /// Statistics that are known already.
    init(count: Int, minimum: Double, lowerQuartile: Double, median: Double, upperQuartile: Double, maximum: Double) {
        self.count = count
        self.minimum = minimum
        self.lowerQuartile = lowerQuartile
        self.median = median
        self.upperQuartile = upperQuartile
        self.maximum = maximum
    }

    /// The statistics of some values; `nil` for none.
    package init?(_ values: [Double]) {
        guard let first = values.first else { return nil }
        let sorted = values.sorted()
        self.init(
            count: values.count, minimum: sorted.first ?? first, lowerQuartile: Self.quantile(0.25, ofSorted: sorted),
            median: Self.quantile(0.5, ofSorted: sorted), upperQuartile: Self.quantile(0.75, ofSorted: sorted),
            maximum: sorted.last ?? first)
    }

    /// The distance between the quartiles.
    package var interquartileRange: Double { upperQuartile - lowerQuartile }

    /// The half width of the median's 95 % interval relative to the median, 1.57·IQR / (√n·median): the notch of McGill,
    /// Tukey and Larsen, "Variations of Box Plots", 1978, which assumes independent samples from one distribution.
    package var uncertainty: Double {
        median == 0 ? 0 : 1.57 * interquartileRange / (Double(count).squareRoot() * abs(median))
    }

    /// The median of values that are at least one.
    static func median(_ values: [Double]) -> Double { quantile(0.5, ofSorted: values.sorted()) }

    /// The value below which a share of the sorted values lies, between neighbours by linear interpolation.
    static func quantile(_ share: Double, ofSorted values: [Double]) -> Double {
        let position = share * Double(values.count - 1)
        let lower = Int(position)
        let upper = min(lower + 1, values.count - 1)
        return values[lower] + (position - Double(lower)) * (values[upper] - values[lower])
    }
}
