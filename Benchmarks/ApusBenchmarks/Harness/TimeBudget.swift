/// Shares out the time of a run among its rows, so that it ends when it should.
struct TimeBudget {
    private let end: Double
    private let longest: Double
    private var weightLeft: Double
    /// Time that a scenario took over what was meant for sampling: it prepares, verifies and warms up as well.
    private var overhead = 1.8

    /// - Parameters:
    ///   - seconds: What all may take.
    ///   - weight: The sum of all workloads' weights.
    init(seconds: Double, weight: Double, now: Double) {
        end = now + seconds
        longest = Self.longest.workload * max(1, seconds / Self.longest.run)
        weightLeft = weight
    }

    /// Seconds for a workload of weight 1 at most, and how long a run may take for that: few rows of a run that was given
    /// longer get more.
    private static let longest = (workload: 1.0, run: 330.0)
    private static let shortest = 0.01

    /// Seconds for a workload of weight 1, as of now.
    func perWeight(now: Double) -> Double {
        min(longest, max(Self.shortest, (end - now) / max(1, weightLeft) / overhead))
    }

    /// Takes note of a scenario that has ended.
    mutating func ended(weight: Double, perWeight: Double, took seconds: Double) {
        weightLeft -= weight
        let found = seconds / (weight * perWeight)
        overhead = max(1, 0.9 * overhead + 0.1 * min(found, 10))
    }
}
