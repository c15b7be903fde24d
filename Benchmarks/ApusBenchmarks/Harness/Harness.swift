/// Verifies workloads, warms them up and times them, taking turns.
package struct Harness {
    let clock: any BenchmarkClock
    let plan: SamplingPlan
    let isAlone: (_ threads: Int) -> Bool
    let isStopped: () -> Bool

    /// A harness.
    ///
    /// - Parameters:
    ///   - clock: Where time comes from.
    ///   - plan: When enough was seen.
    ///   - isAlone: Whether so many cores belong to this process at the moment, see ``CoreSharing``.
    ///   - isStopped: Ends the measurement between two samples where it says so.
    package init(
        clock: any BenchmarkClock, plan: SamplingPlan, isAlone: @escaping (_ threads: Int) -> Bool = { _ in true },
        isStopped: @escaping () -> Bool = { false }
    ) {
        self.clock = clock
        self.plan = plan
        self.isAlone = isAlone
        self.isStopped = isStopped
    }

    /// Measures workloads: each is verified, then warmed up, then all are timed in rounds, A B C A B C …
    ///
    /// - Parameter inLockstep: Whether all get equally many samples, until the last is settled.
    package func measure(_ workloads: [Workload], inLockstep: Bool = false) -> [Measurement] {
        var runners = workloads.map { WorkloadRunner($0, plan) }
        for index in runners.indices where !isStopped() { runners[index].start(clock) }
        var patience = SamplingPlan.patience * runners.reduce(0) { $0 + $1.budget }
        while !isStopped() {
            let isOpen = runners.contains { !$0.isDone }
            if !isOpen { break }
            let round = runners.indices.filter { inLockstep || !runners[$0].isDone }
            for slice in 0..<(round.map { runners[$0].slices }.max() ?? 0) {
                for index in round where slice < runners[index].slices && !isStopped() {
                    let threads = runners[index].threads
                    let begin = clock.now
                    while patience > clock.now - begin, !isAlone(threads), !isStopped() {}
                    patience -= clock.now - begin
                    let wasAlone = isAlone(threads)
                    runners[index].sample(clock) { wasAlone && isAlone(threads) }
                }
            }
            if inLockstep { Self.alignDisturbances(&runners) }
        }
        return runners.map(\.finished)
    }

    /// A round in which one side was disturbed is set aside for all, so that pairs stay pairs.
    private static func alignDisturbances(_ runners: inout [WorkloadRunner]) {
        let isUndisturbed = runners.allSatisfy { $0.lastSampleWasAlone ?? true }
        if !isUndisturbed { for index in runners.indices { runners[index].setLastSampleAside() } }
    }
}

/// A share as a percentage for notes.
func percent(_ share: Double) -> String {
    let tenths = (share * 1000).rounded() / 10
    return "\(tenths < 10 ? "\(tenths)" : "\(Int(tenths.rounded()))") %"
}
