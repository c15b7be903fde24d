/// Shares out the time of a run among its rows, so that it ends when it should.
struct TimeBudget {
    private let end: Double
    private var weightLeft: Double
    /// Time that a scenario took over what was meant for sampling: it prepares, verifies and warms up as well.
    private var overhead = 1.8

    /// - Parameters:
    ///   - seconds: What all may take.
    ///   - weight: The sum of all workloads' weights.
    init(seconds: Double, weight: Double, now: Double) {
        end = now + seconds
        weightLeft = weight
    }

    private static let longest = 1.0
    private static let shortest = 0.01

    /// Seconds for a workload of weight 1, as of now.
    func perWeight(now: Double) -> Double {
        min(Self.longest, max(Self.shortest, (end - now) / max(1, weightLeft) / overhead))
    }

    /// Takes note of a scenario that has ended.
    mutating func ended(weight: Double, perWeight: Double, took seconds: Double) {
        weightLeft -= weight
        let found = seconds / (weight * perWeight)
        overhead = max(1, 0.9 * overhead + 0.1 * min(found, 10))
    }
}
