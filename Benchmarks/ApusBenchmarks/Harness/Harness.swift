/// Verifies workloads, warms them up and times them, taking turns.
package struct Harness {
    let clock: any BenchmarkClock
    let plan: SamplingPlan
    let isStopped: () -> Bool

    /// A harness.
    ///
    /// - Parameters:
    ///   - clock: Where time comes from.
    ///   - plan: When enough was seen.
    ///   - isStopped: Ends the measurement between two samples where it says so.
    package init(clock: any BenchmarkClock, plan: SamplingPlan, isStopped: @escaping () -> Bool = { false }) {
        self.clock = clock
        self.plan = plan
        self.isStopped = isStopped
    }

    /// Measures workloads: each is verified, then warmed up, then all are timed in rounds, A B C A B C …
    ///
    /// - Parameter inLockstep: Whether all get equally many samples, until the last is settled.
    package func measure(_ workloads: [Workload], inLockstep: Bool = false) -> [Measurement] {
        var runners = workloads.map { Runner(measurement: Measurement($0), budget: plan.budget * $0.weight) }
        for index in runners.indices where !isStopped() { runners[index].start(clock, plan) }
        while !isStopped() {
            let isOpen = runners.contains { !$0.isDone(plan) }
            if !isOpen { break }
            for index in runners.indices where inLockstep || !runners[index].isDone(plan) {
                runners[index].sample(clock)
            }
        }
        return runners.map { $0.finished(plan) }
    }
}

/// One workload on its way through the harness.
private struct Runner {
    var measurement: Measurement
    let budget: Double
    private var prepared: Workload.Prepared?
    private var repetitions = 1
    private var isWarmed = false
    private var spent = 0.0

    init(measurement: Measurement, budget: Double) {
        self.measurement = measurement
        self.budget = budget
    }

    /// Prepares, verifies and warms up.
    mutating func start(_ clock: any BenchmarkClock, _ plan: SamplingPlan) {
        do throws(PeerFailure) {
            let prepared = try measurement.workload.prepare()
            do throws(WrongResult) {
                prepared.enter()
                try prepared.verify()
            } catch {
                refuse(.refused, error.description)
                return
            }
            self.prepared = prepared
            try warmUp(prepared, clock, plan)
        } catch {
            refuse(error.isMissing ? .missing : .refused, error.description)
        }
    }

    private mutating func refuse(_ status: BenchmarkResult.Status, _ reason: String) {
        prepared = nil
        measurement.seconds = []
        measurement.status = status
        measurement.notes.append(reason)
    }

    /// Runs until two samples in a row agree or a fifth of the budget is spent, and finds how many runs make a sample.
    private mutating func warmUp(
        _ prepared: Workload.Prepared, _ clock: any BenchmarkClock, _ plan: SamplingPlan
    ) throws(PeerFailure) {
        let start = clock.now
        var previous = Double.infinity
        while true {
            prepared.enter()
            let seconds = try prepared.time(repetitions, clock) / Double(repetitions)
            let isStable = abs(seconds / previous - 1) < SamplingPlan.warmUpAgreement
            if case .untilSettled = measurement.workload.sampling, seconds > 0 {
                repetitions = max(1, Int((plan.sampleSeconds / seconds).rounded(.up)))
                isWarmed = seconds < SamplingPlan.longestWarmRun
            }
            if isStable || clock.now - start > budget / 5 { return }
            previous = seconds
        }
    }

    /// Takes one sample.
    mutating func sample(_ clock: any BenchmarkClock) {
        guard let prepared else { return }
        prepared.enter()
        do throws(PeerFailure) {
            if isWarmed { _ = try prepared.time(1, clock) }
            let seconds = try prepared.time(repetitions, clock)
            spent += seconds
            measurement.seconds.append(seconds / Double(repetitions))
        } catch {
            refuse(.refused, error.description)
        }
    }

    /// Whether enough was seen.
    func isDone(_ plan: SamplingPlan) -> Bool {
        guard prepared != nil else { return true }
        let count = measurement.seconds.count
        if count < plan.fewestSamples { return false }
        if spent >= budget { return true }
        switch measurement.workload.sampling {
        case .everyRun: return count >= plan.mostSamples
        case .untilSettled: return count >= plan.fewestSettledSamples && isSettled(plan)
        }
    }

    private func isSettled(_ plan: SamplingPlan) -> Bool {
        Summary(measurement.seconds).map { $0.uncertainty <= plan.targetUncertainty } ?? false
    }

    /// The measurement with its verdict.
    func finished(_ plan: SamplingPlan) -> Measurement {
        var measurement = measurement
        guard measurement.status == .ok, prepared != nil else { return measurement }
        if measurement.seconds.count < plan.fewestSamples {
            measurement.status = .unsettled
            measurement.notes.append("stopped after \(measurement.seconds.count) samples")
        } else if let change = Drift(measurement.seconds).change {
            measurement.status = .drifted
            measurement.notes.append(
                "\(change > 1 ? "slower" : "faster") by \(percent(abs(change - 1))) towards its end")
        } else if !isSettled(plan) {
            measurement.status = .unsettled
            let uncertainty = Summary(measurement.seconds)?.uncertainty ?? 0
            measurement.notes.append("median uncertain by \(percent(uncertainty))")
        }
        return measurement
    }
}

/// A share as a percentage for notes.
func percent(_ share: Double) -> String {
    let tenths = (share * 1000).rounded() / 10
    return "\(tenths < 10 ? "\(tenths)" : "\(Int(tenths.rounded()))") %"
}
