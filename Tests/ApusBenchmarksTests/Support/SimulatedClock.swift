import ApusBenchmarks
import ApusTensors

/// A clock that moves only when a simulated kernel runs.
final class SimulatedClock: BenchmarkClock, @unchecked Sendable {
    /// Used by one thread, as the harness is.
    private(set) var now = 0.0

    func advance(by seconds: Double) { now += seconds }
}

/// A kernel of known cost on a simulated clock: seeded noise above the cost, milliseconds in which another process has half
/// of the core, and a machine that may change its speed with time.
final class SimulatedKernel {
    private let clock: SimulatedClock
    private let cost: Double
    private let noise: Double
    private let slowdown: (Double) -> Double
    private let key: RandomKey
    private(set) var runs = 0

    /// - Parameters:
    ///   - cost: Seconds of an undisturbed run.
    ///   - noise: The standard deviation relative to the cost.
    ///   - slowdown: A factor on the cost at a moment.
    init(
        _ clock: SimulatedClock, cost: Double, noise: Double = 0.02, seed: UInt64 = 1,
        slowdown: @escaping (Double) -> Double = { _ in 1 }
    ) {
        self.clock = clock
        self.cost = cost
        self.noise = noise
        self.slowdown = slowdown
        key = RandomKey(seed: seed)
    }

    func run() {
        runs += 1
        let isDisturbed = key.uniform(Int(clock.now * 1e3)) < 0.03
        let factor = (1 + noise * abs(key.folding(1).normal(runs))) * (isDisturbed ? 2 : 1)
        clock.advance(by: cost * factor * slowdown(clock.now))
    }

    /// The kernel as a workload whose result is right or not.
    func workload(
        _ name: String = "kernel", algorithm: String = "simulated", flops: Double = 1e6, threads: Int = 1,
        wrong: String? = nil
    ) -> Workload {
        var workload = Workload(
            .init(suite: "test", name: name, algorithm: algorithm, threads: threads, metric: .flopRate)
        ) {
            Workload.Prepared(
                verify: { () throws(WrongResult) in if let wrong { throw WrongResult(wrong) } }, run: self.run)
        }
        workload.flops = flops
        return workload
    }
}

/// A machine of 100 GFLOP/s per core, two cores.
func simulatedMachine() -> MachineSpeed {
    let triad = ["L1": 400.0, "L2": 200.0, "L3": 60.0, "memory": 20.0]
    return MachineSpeed(
        fmaGflopsPerCore: 100, fmaGflops: 200, fmaFloat64GflopsPerCore: 50, fmaFloat64Gflops: 100, clockGHz: 1.5625,
        fmaPerCycle: 2, vectorBits: 512, triadGBs: triad, triadGBsPerCore: triad.mapValues { $0 / 2 },
        cacheBytes: ["L1": 32_768, "L2": 1_048_576, "L3": 33_554_432])
}
