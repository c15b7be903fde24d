import ApusBenchmarks
import Testing

@Suite("A session judges rows by the machine")
struct SessionTests {
    private func session(
        _ clock: SimulatedClock, seconds: Double = 1, burst: @escaping () -> Double = { 100 },
        remeasured: @escaping () -> MachineSpeed = simulatedMachine
    ) -> BenchmarkSession {
        BenchmarkSession(
            machine: simulatedMachine(), machineThreads: 2, probe: .init(burst: burst, measure: remeasured),
            seconds: seconds, clock: clock)
    }

    @Test("the share of the peak is that of the row's threads and type")
    func shareOfPeak() throws {
        let clock = SimulatedClock()
        // 10⁹ operations in 20 ms: 50 GFLOP/s.
        func kernel(_ name: String, threads: Int) -> Workload {
            SimulatedKernel(clock, cost: 0.02, noise: 0).workload(name, flops: 1e9, threads: threads)
        }
        var double = kernel("double", threads: 1)
        double.identity.dtype = "float64"
        let rows = session(clock).run([
            Scenario("s", [kernel("one", threads: 1), kernel("two", threads: 2), double])
        ])
        let shares = rows.map { ($0.percentOfPeak ?? 0).rounded() }
        #expect(shares == [50, 25, 100])
    }

    @Test("a row above 102 % of the peak is invalid, after the peak was measured again, and keeps its figure")
    func beyondPeak() throws {
        let clock = SimulatedClock()
        var measured = 0
        let session = session(
            clock,
            remeasured: {
                measured += 1
                return simulatedMachine()
            })
        let fast = SimulatedKernel(clock, cost: 0.008, noise: 0).workload(flops: 1e9)
        let row = try #require(session.run([Scenario("s", [fast])]).first)
        #expect(measured == 1)
        #expect(row.status == .invalid)
        #expect(abs((row.percentOfPeak ?? 0) - 125) < 1)
    }

    @Test("a peak that proves too low is raised, and the row is valid")
    func raisedPeak() throws {
        let clock = SimulatedClock()
        var faster = simulatedMachine()
        faster.fmaGflopsPerCore = 130
        let session = session(clock, remeasured: { faster })
        let fast = SimulatedKernel(clock, cost: 0.008, noise: 0).workload(flops: 1e9)
        let row = try #require(session.run([Scenario("s", [fast])]).first)
        #expect(row.status == .ok)
        #expect(session.machine.fmaGflopsPerCore == 130)
        #expect(abs((row.percentOfPeak ?? 0) - 96) < 1)
    }

    @Test("rows measured while the machine is slow say so")
    func slowMachine() throws {
        let clock = SimulatedClock()
        let kernel = SimulatedKernel(clock, cost: 0.02, noise: 0).workload(flops: 1e9)
        let row = try #require(session(clock, burst: { 70 }).run([Scenario("s", [kernel])]).first)
        #expect(row.status == .drifted)
        #expect(row.notes == ["the machine ran at 70 % of its speed"])
    }

    @Test("the roof is the bandwidth of the level that holds the operands, or the peak")
    func roofline() throws {
        let clock = SimulatedClock()
        func kernel(_ name: String, bytes: Double) -> Workload {
            var workload = SimulatedKernel(clock, cost: 0.02, noise: 0).workload(name, flops: 1e9)
            workload.bytes = bytes
            return workload
        }
        let rows = session(clock).run([
            Scenario("s", [kernel("cached", bytes: 500_000), kernel("streamed", bytes: 1e9)])
        ])
        let places = try rows.map { try #require($0.roofline) }
        #expect(places.map(\.level) == ["L2", "memory"])
        #expect(places[0].attainable == 100)
        #expect(places[1].attainable == 10)
        #expect(abs(places[1].percentOfAttainable - 500) < 1)
    }

    @Test("a run ends near its time however many rows there are", arguments: [5, 50, 500])
    func timeIsKept(rows: Int) {
        let clock = SimulatedClock()
        let scenarios = (0..<rows).map { index in
            let kernel = SimulatedKernel(clock, cost: 2e-4, noise: 1, seed: UInt64(index))
            return Scenario("s\(index)", [kernel.workload("k\(index)")])
        }
        let found = session(clock, seconds: 20).run(scenarios)
        #expect(found.count == rows)
        #expect(clock.now < 22, "\(clock.now)")
    }
}
