import ApusBenchmarks
import ApusNeuralNetworks
import ApusTraining
import Testing

@Suite("Suites")
struct SuiteTests {
    private func options(quick: Bool = true, threads: [Int] = [1, 2]) -> SuiteOptions {
        var options = SuiteOptions(
            threads: threads, model: NamedModel(name: "keras-cnn", model: ModelLibrary.kerasCNN()))
        options.isQuick = quick
        options.longestSample = 0.01
        return options
    }

    private func run(_ scenarios: [Scenario]) -> [BenchmarkResult] {
        BenchmarkSession(
            machine: simulatedMachine(), machineThreads: 2,
            probe: .init(burst: { 100 }, measure: simulatedMachine), seconds: 1
        ).run(scenarios)
    }

    @Test("no two rows of a suite have one identity", arguments: BenchmarkSuite.allCases)
    func identities(suite: BenchmarkSuite) {
        for quick in [true, false] {
            let rows = suite.scenarios(options(quick: quick)).flatMap(\.workloads).map(\.identity)
            #expect(Set(rows).count == rows.count)
        }
    }

    @Test(
        "every kernel of the quick suites is right, and is timed",
        arguments: [BenchmarkSuite.gemm, .convolution, .lapack])
    func kernels(suite: BenchmarkSuite) {
        for row in run(suite.scenarios(options())) {
            #expect(row.summary != nil, "\(row.identity): \(row.status) \(row.notes)")
        }
    }

    @Test("whole networks are right and are timed", arguments: [BenchmarkSuite.layers, .train, .infer, .scaling])
    func networks(suite: BenchmarkSuite) {
        let rows = run(suite.scenarios(options(threads: [2])))
        #expect(!rows.isEmpty)
        for row in rows { #expect(row.summary != nil, "\(row.identity): \(row.status) \(row.notes)") }
    }

    @Test("every convolution of the catalogue is verified in three directions at batch 1")
    func catalogue() {
        var chosen = options(quick: false, threads: [1])
        chosen.algorithms = ["blas"]
        var scenarios = BenchmarkSuite.convolution.scenarios(chosen)
        for index in scenarios.indices { scenarios[index].workloads.removeAll { $0.identity.batch != 1 } }
        let rows = run(scenarios.filter { !$0.workloads.isEmpty })
        #expect(rows.count == 32 * 3 * 2)
        for row in rows { #expect(row.summary != nil, "\(row.identity): \(row.status) \(row.notes)") }
    }

    @Test("shares of a model's layers add up to the whole of each run")
    func shares() throws {
        let rows = run(BenchmarkSuite.layers.scenarios(options(threads: [1])))
        let whole = try #require(
            rows.first { $0.identity.name == "keras-cnn/all" && $0.identity.metric == .time })
        let median = try #require(whole.summary?.median)
        let shares = rows.filter { $0.identity.metric == .share }
        for (run, time) in whole.values.enumerated() {
            let sum = shares.reduce(0) { $0 + $1.values[run] }
            // Times are differences of seconds since the system's start, which have 10 to 13 decimals.
            #expect(abs(sum * median / (100 * time) - 1) < 1e-5)
        }
        #expect(rows.contains { $0.identity.name == "keras-cnn/conv2 backward" && $0.identity.metric == .flopRate })
    }

    @Test("scaling has an efficiency for each number of threads, 100 % on one")
    func efficiency() {
        let rows = run(BenchmarkSuite.scaling.scenarios(options()))
        let strong = rows.filter { $0.identity.metric == .efficiency && $0.identity.name.hasSuffix("strong") }
        #expect(strong.map(\.identity.threads) == [1, 2])
        #expect(abs((strong[0].summary?.median ?? 0) - 100) < 1e-6)
    }

    @Test(
        "the efficiency on one thread is 100 % for even numbers of samples, too",
        arguments: 1...20 as ClosedRange<UInt64>)
    func efficiencyOfOneThread(seed: UInt64) throws {
        let clock = SimulatedClock()
        var workload = SimulatedKernel(clock, cost: 0.002, noise: 0.8, seed: seed).workload()
        workload.images = 128
        let measurements = Harness(clock: clock, plan: SamplingPlan()).measure([workload])
        let rows = BenchmarkSuite.scaling.scenarios(options())[0].derive(measurements)
        let median = try #require(rows.first?.summary?.median)
        #expect(abs(median - 100) < 1e-6, "\(measurements[0].seconds.count) samples")
    }

    @Test("a peer whose worker cannot be started is a row that says so")
    func peers() {
        var chosen = options(threads: [1])
        chosen.peerWorkers = "/nowhere"
        var scenario = BenchmarkSuite.peers.scenarios(chosen)[0]
        scenario.workloads.removeAll { $0.identity.algorithm.hasPrefix("apus") }
        let rows = run([scenario])
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy { $0.status == .missing && $0.notes.contains { $0.hasPrefix("not installed") } })
    }
}
