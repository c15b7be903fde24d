import ApusBenchmarks
import Testing

@Suite("The harness on a simulated clock")
struct HarnessTests {
    private func measure(_ workloads: [Workload], _ clock: SimulatedClock, lockstep: Bool = false) -> [Measurement] {
        Harness(clock: clock, plan: SamplingPlan()).measure(workloads, inLockstep: lockstep)
    }

    @Test(
        "a kernel of known cost is estimated within 5 %", arguments: [1e-6, 3e-5, 2e-3, 0.01],
        1...5 as ClosedRange<UInt64>)
    func knownCost(cost: Double, seed: UInt64) throws {
        let clock = SimulatedClock()
        let measurement = measure([SimulatedKernel(clock, cost: cost, seed: seed).workload()], clock)[0]
        let median = try #require(measurement.medianSeconds)
        #expect(abs(median / cost - 1) < 0.05, "\(median) for \(cost)")
        #expect(measurement.status == .ok)
    }

    @Test("a wrong kernel is refused before it is timed")
    func wrongKernel() {
        let clock = SimulatedClock()
        let kernel = SimulatedKernel(clock, cost: 1e-4)
        let measurement = measure([kernel.workload(wrong: "element 3 is 7, expected 8")], clock)[0]
        #expect(measurement.status == .refused)
        #expect(measurement.notes == ["element 3 is 7, expected 8"])
        #expect(measurement.seconds.isEmpty)
        #expect(kernel.runs == 0)
    }

    @Test("a wrong kernel does not keep its neighbour from being timed")
    func wrongNeighbour() {
        let clock = SimulatedClock()
        let wrong = SimulatedKernel(clock, cost: 1e-4).workload("wrong", wrong: "it is")
        let right = SimulatedKernel(clock, cost: 1e-4).workload("right")
        #expect(measure([wrong, right], clock).map(\.status) == [.refused, .ok])
    }

    @Test("a machine that slows down by a tenth while it measures is noticed")
    func drift() {
        let clock = SimulatedClock()
        let kernel = SimulatedKernel(clock, cost: 0.01, slowdown: { $0 < 0.15 ? 1 : 1.1 })
        var plan = SamplingPlan()
        plan.targetUncertainty = 0
        let measurement = Harness(clock: clock, plan: plan).measure([kernel.workload()])[0]
        #expect(measurement.status == .drifted)
        #expect(measurement.notes.contains { $0.hasPrefix("slower by") }, "\(measurement.notes)")
    }

    @Test("a steady machine is not taken for a drifting one", arguments: 1...20 as ClosedRange<UInt64>)
    func noDrift(seed: UInt64) {
        let clock = SimulatedClock()
        var plan = SamplingPlan()
        plan.targetUncertainty = 0
        let kernel = SimulatedKernel(clock, cost: 0.005, seed: seed)
        #expect(Harness(clock: clock, plan: plan).measure([kernel.workload()])[0].status != .drifted)
    }

    @Test("a noisy row says that it did not settle")
    func unsettled() {
        let clock = SimulatedClock()
        let kernel = SimulatedKernel(clock, cost: 0.02, noise: 0.8)
        let measurement = measure([kernel.workload()], clock)[0]
        #expect(measurement.status == .unsettled)
        #expect(measurement.notes.contains { $0.hasPrefix("median uncertain by") })
    }

    @Test("sampling ends when the budget is spent, or before where the median is certain")
    func budget() {
        let clock = SimulatedClock()
        var plan = SamplingPlan()
        plan.budget = 0.5
        let quiet = SimulatedKernel(clock, cost: 1e-3, noise: 0.001)
        let start = clock.now
        _ = Harness(clock: clock, plan: plan).measure([quiet.workload()])
        let quietSeconds = clock.now - start
        let noisy = SimulatedKernel(clock, cost: 1e-3, noise: 1)
        _ = Harness(clock: clock, plan: plan).measure([noisy.workload()])
        let noisySeconds = clock.now - start - quietSeconds
        #expect(quietSeconds < 0.45, "\(quietSeconds)")
        #expect(noisySeconds > 0.5 && noisySeconds < 0.8, "\(noisySeconds)")
    }

    @Test("workloads take turns")
    func turns() {
        let clock = SimulatedClock()
        var order: [String] = []
        func workload(_ name: String) -> Workload {
            Workload(.init(suite: "test", name: name, algorithm: "a", threads: 1, metric: .time)) {
                Workload.Prepared(verify: {}) {
                    order.append(name)
                    clock.advance(by: 0.1)
                }
            }
        }
        _ = measure([workload("A"), workload("B")], clock, lockstep: true)
        #expect(order.suffix(6) == ["A", "B", "A", "B", "A", "B"])
    }

    @Test("workloads take turns after each slice of a sample")
    func slices() {
        let clock = SimulatedClock()
        var order: [String] = []
        func workload(_ name: String) -> Workload {
            var workload = Workload(.init(suite: "test", name: name, algorithm: "a", threads: 1, metric: .time)) {
                Workload.Prepared(verify: {}) {
                    order.append(name)
                    clock.advance(by: 0.1)
                }
            }
            workload.sampling = .slices(3)
            return workload
        }
        let measurements = measure([workload("A"), workload("B")], clock, lockstep: true)
        #expect(order.suffix(6) == ["A", "B", "A", "B", "A", "B"])
        #expect(order.filter { $0 == "A" }.count.isMultiple(of: 3))
        for measurement in measurements {
            #expect(measurement.seconds.count >= 3 && measurement.seconds.allSatisfy { abs($0 - 0.3) < 1e-9 })
        }
    }

    @Test("in lockstep all get equally many samples")
    func lockstep() {
        let clock = SimulatedClock()
        let quiet = SimulatedKernel(clock, cost: 1e-3, noise: 0.001).workload("quiet")
        let noisy = SimulatedKernel(clock, cost: 1e-3, noise: 0.5).workload("noisy")
        let counts = measure([quiet, noisy], clock, lockstep: true).map(\.seconds.count)
        #expect(counts[0] == counts[1])
    }

    @Test("every run is a sample where the distribution of single runs is wanted")
    func everyRun() throws {
        let clock = SimulatedClock()
        let kernel = SimulatedKernel(clock, cost: 1e-3, noise: 0.1)
        var workload = kernel.workload()
        workload.sampling = .everyRun
        let measurement = measure([workload], clock)[0]
        #expect(measurement.seconds.count > 150)
        #expect(measurement.seconds.count < kernel.runs)
    }

    @Test("a stopped run ends between two samples")
    func stopped() {
        let clock = SimulatedClock()
        let kernel = SimulatedKernel(clock, cost: 1e-3)
        let harness = Harness(clock: clock, plan: SamplingPlan(), isStopped: { kernel.runs >= 9 })
        let measurement = harness.measure([kernel.workload()])[0]
        #expect(measurement.seconds.count < 3)
        #expect(measurement.status == .unsettled)
    }

    @Test("samples beside a neighbour are set aside, and the harness waits for it to go")
    func neighbour() throws {
        let clock = SimulatedClock()
        // A neighbour that takes half of the core for 70 ms of every 100.
        func isBusy(_ time: Double) -> Bool { time.truncatingRemainder(dividingBy: 0.1) < 0.07 }
        let kernel = SimulatedKernel(clock, cost: 1e-3, slowdown: { isBusy($0) ? 2 : 1 })
        let harness = Harness(
            clock: clock, plan: SamplingPlan(),
            isAlone: { _ in
                clock.advance(by: 1e-5)
                return !isBusy(clock.now)
            })
        let measurement = harness.measure([kernel.workload()])[0]
        let median = try #require(measurement.medianSeconds)
        #expect(abs(median / 1e-3 - 1) < 0.05, "\(median)")
        #expect(measurement.status == .ok, "\(measurement.notes)")
    }

    @Test("a neighbour that never goes is waited for a while, and then named")
    func lastingNeighbour() {
        let clock = SimulatedClock()
        let kernel = SimulatedKernel(clock, cost: 1e-3)
        let harness = Harness(
            clock: clock, plan: SamplingPlan(),
            isAlone: { _ in
                clock.advance(by: 1e-5)
                return false
            })
        let measurement = harness.measure([kernel.workload()])[0]
        #expect(measurement.status == .drifted)
        #expect(measurement.notes == ["somebody else was on the cores all the time"])
        #expect(clock.now < 2)
    }

    @Test("a peer that is not there is a row that says so")
    func missingPeer() {
        let clock = SimulatedClock()
        let peer = Workload(.init(suite: "peers", name: "x", algorithm: "y", threads: 1, metric: .time)) {
            () throws(PeerFailure) in throw PeerFailure("not installed", isMissing: true)
        }
        let measurement = measure([peer], clock)[0]
        #expect(measurement.status == .missing)
        #expect(measurement.notes == ["not installed"])
    }
}
