/// Runs scenarios one after the other and judges their rows by the machine's ceilings.
package final class BenchmarkSession {
    /// Where a run stands.
    package struct Progress: Sendable {
        /// Workloads that are done.
        package let done: Int
        /// All workloads.
        package let all: Int
        /// The scenario that begins.
        package let scenario: String
    }

    /// How the machine is looked at during a run; a test gives its own.
    package struct MachineProbe {
        /// GFLOP/s of a short burst of multiply-adds on one core.
        let burst: () -> Double
        /// Whether so many cores belong to this process at the moment.
        let isAlone: (_ threads: Int) -> Bool
        /// The ceilings, measured anew.
        let measure: () -> MachineSpeed

        /// A probe from its parts.
        package init(
            burst: @escaping () -> Double, isAlone: @escaping (_ threads: Int) -> Bool = { _ in true },
            measure: @escaping () -> MachineSpeed
        ) {
            self.burst = burst
            self.isAlone = isAlone
            self.measure = measure
        }
    }

    /// The machine's ceilings as they are now known: measured again when a row goes beyond them.
    package private(set) var machine: MachineSpeed
    private let machineThreads: Int
    private let probe: MachineProbe
    private let clock: any BenchmarkClock
    private let seconds: Double

    /// A row beyond this share of the peak cannot be true.
    private static let highestShare = 1.02
    /// Below this share of its speed at the beginning, the machine has become another.
    private static let lowestSpeed = 0.9

    /// A session.
    ///
    /// - Parameters:
    ///   - machine: The ceilings.
    ///   - machineThreads: Threads with which those for all cores were measured.
    ///   - probe: How the machine is looked at meanwhile.
    ///   - seconds: What the run may take.
    ///   - clock: Where time comes from.
    package init(
        machine: MachineSpeed, machineThreads: Int, probe: MachineProbe, seconds: Double,
        clock: any BenchmarkClock = MonotonicClock()
    ) {
        self.machine = machine
        self.machineThreads = machineThreads
        self.probe = probe
        self.seconds = seconds
        self.clock = clock
    }

    /// Measures all workloads of some scenarios.
    ///
    /// - Parameters:
    ///   - scenarios: What is measured, in order.
    ///   - isStopped: Ends the run between two samples; rows that were not reached are left out.
    ///   - began: Called before each scenario.
    package func run(
        _ scenarios: [Scenario], isStopped: @escaping () -> Bool = { false }, began: (Progress) -> Void = { _ in }
    ) -> [BenchmarkResult] {
        let weights = scenarios.map { $0.workloads.reduce(0) { $0 + $1.weight } }
        var budget = TimeBudget(seconds: seconds, weight: weights.reduce(0, +), now: clock.now)
        let all = scenarios.reduce(0) { $0 + $1.workloads.count }
        var done = 0
        var results: [BenchmarkResult] = []
        for (scenario, weight) in zip(scenarios, weights) {
            if isStopped() { break }
            began(Progress(done: done, all: all, scenario: scenario.name))
            let start = clock.now
            var plan = SamplingPlan()
            plan.budget = budget.perWeight(now: start)
            results += measure(scenario, plan, isStopped)
            budget.ended(weight: weight, perWeight: plan.budget, took: clock.now - start)
            done += scenario.workloads.count
        }
        return results
    }

    private func measure(
        _ scenario: Scenario, _ plan: SamplingPlan, _ isStopped: @escaping () -> Bool
    ) -> [BenchmarkResult] {
        let before = probe.burst()
        let harness = Harness(clock: clock, plan: plan, isAlone: probe.isAlone, isStopped: isStopped)
        let measurements = harness.measure(scenario.workloads, inLockstep: scenario.inLockstep)
        let speed = min(before, probe.burst()) / machine.fmaGflopsPerCore
        if isStopped() { return [] }
        let rows = measurements.flatMap(\.results) + scenario.derive(measurements)
        return rows.map { row in
            var row = judged(row)
            if speed < Self.lowestSpeed, row.summary != nil {
                row.notes.append("the machine ran at \(percent(speed)) of its speed")
                if row.status == .ok { row.status = .drifted }
            }
            return row
        }
    }

    /// The row with its share of the peak and its place under the roofline. Where it is faster than the machine, the
    /// machine is measured again; a row that is still faster is invalid.
    private func judged(_ row: BenchmarkResult) -> BenchmarkResult {
        guard let work = row.work else { return row }
        let (dtype, threads) = (row.identity.dtype, row.identity.threads)
        var roofline = Roofline(machine: machine, machineThreads: machineThreads)
        func isBeyond() -> Bool { work.gflops > Self.highestShare * roofline.peak(dtype, threads: threads) }
        // Peers may compute in lower precision, and count as many operations as Apus does.
        let isComparable = row.identity.suite != "peers"
        if isComparable, isBeyond() {
            machine.raise(to: probe.measure())
            roofline = Roofline(machine: machine, machineThreads: machineThreads)
        }
        var row = row
        row.percentOfPeak = 100 * work.gflops / roofline.peak(dtype, threads: threads)
        row.roofline = roofline.place(work, dtype: dtype, threads: threads)
        if isComparable, isBeyond() {
            row.status = .invalid
            row.notes.append("faster than the machine's multiply-adds")
        }
        return row
    }
}

extension MachineSpeed {
    /// Takes over the ceilings that another measurement found higher.
    mutating func raise(to other: MachineSpeed) {
        fmaGflopsPerCore = max(fmaGflopsPerCore, other.fmaGflopsPerCore)
        fmaGflops = max(fmaGflops, other.fmaGflops)
        fmaFloat64GflopsPerCore = max(fmaFloat64GflopsPerCore, other.fmaFloat64GflopsPerCore)
        fmaFloat64Gflops = max(fmaFloat64Gflops, other.fmaFloat64Gflops)
        clockGHz = max(clockGHz, other.clockGHz)
        triadGBs.merge(other.triadGBs) { max($0, $1) }
        triadGBsPerCore.merge(other.triadGBsPerCore) { max($0, $1) }
    }
}
