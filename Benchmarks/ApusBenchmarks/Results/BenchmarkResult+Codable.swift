import Foundation

extension BenchmarkResult: Codable {
    private enum CodingKeys: String, CodingKey {
        case suite, name, algorithm, dtype, threads, batch, metric, unit
        case median, min, max, p25, p75, samples, uncertainty, percentiles
        case percentOfPeak = "percent_of_peak"
        case status, notes, roofline, values
    }

    /// Writes the row flat, with `null` for what it lacks.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(identity.suite, forKey: .suite)
        try container.encode(identity.name, forKey: .name)
        try container.encode(identity.algorithm, forKey: .algorithm)
        try container.encode(identity.dtype, forKey: .dtype)
        try container.encode(identity.threads, forKey: .threads)
        try container.encode(identity.batch, forKey: .batch)
        try container.encode(identity.metric.name, forKey: .metric)
        try container.encode(identity.metric.unit, forKey: .unit)
        try container.encode(summary.map { Self.rounded($0.median) }, forKey: .median)
        try container.encode(summary.map { Self.rounded($0.minimum) }, forKey: .min)
        try container.encode(summary.map { Self.rounded($0.maximum) }, forKey: .max)
        try container.encode(summary.map { Self.rounded($0.lowerQuartile) }, forKey: .p25)
        try container.encode(summary.map { Self.rounded($0.upperQuartile) }, forKey: .p75)
        try container.encode(summary?.count ?? 0, forKey: .samples)
        try container.encode(summary.map { Self.rounded($0.uncertainty) }, forKey: .uncertainty)
        try container.encode(percentiles, forKey: .percentiles)
        try container.encode(percentOfPeak.map(Self.rounded), forKey: .percentOfPeak)
        try container.encode(status, forKey: .status)
        try container.encode(notes, forKey: .notes)
        try container.encode(roofline, forKey: .roofline)
        try container.encode(values.map(Self.rounded), forKey: .values)
    }

    /// Six significant digits: more than any measurement has.
    private static func rounded(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        return Double(String(format: "%.6g", value)) ?? value
    }

    /// Reads a row. A metric that this version does not know is an error.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let (name, unit) = (
            try container.decode(String.self, forKey: .metric), try container.decode(String.self, forKey: .unit)
        )
        guard let metric = Metric.named(name, unit: unit) else {
            throw DecodingError.dataCorruptedError(
                forKey: .metric, in: container, debugDescription: "unknown metric \(name) in \(unit)")
        }
        identity = Identity(
            suite: try container.decode(String.self, forKey: .suite),
            name: try container.decode(String.self, forKey: .name),
            algorithm: try container.decode(String.self, forKey: .algorithm),
            dtype: try container.decode(String.self, forKey: .dtype),
            threads: try container.decode(Int.self, forKey: .threads),
            batch: try container.decode(Int.self, forKey: .batch), metric: metric)
        status = try container.decode(Status.self, forKey: .status)
        notes = try container.decode([String].self, forKey: .notes)
        summary = try Self.summary(container)
        percentiles = try container.decodeIfPresent(Percentiles.self, forKey: .percentiles)
        percentOfPeak = try container.decodeIfPresent(Double.self, forKey: .percentOfPeak)
        roofline = try container.decodeIfPresent(RooflinePlace.self, forKey: .roofline)
        values = try container.decode([Double].self, forKey: .values)
    }

    private static func summary(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Summary? {
        guard let median = try container.decodeIfPresent(Double.self, forKey: .median) else { return nil }
        return Summary(
            count: try container.decode(Int.self, forKey: .samples),
            minimum: try container.decode(Double.self, forKey: .min),
            lowerQuartile: try container.decode(Double.self, forKey: .p25), median: median,
            upperQuartile: try container.decode(Double.self, forKey: .p75),
            maximum: try container.decode(Double.self, forKey: .max))
    }
}
