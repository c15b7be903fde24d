import ApusParallel
import CHardware

/// The most multiply-adds that cores can do, from kernels that touch registers alone.
///
/// What counts is the best of many short bursts on one core, and the best window of 2 ms with all threads at work:
/// disturbances (another program, a neighbour on the same core, an interrupt) only take away.
package struct FMAPeak: Sendable {
    /// A precision of the multiply-adds.
    package enum Precision: CaseIterable, Sendable {
        case float32
        case float64

        /// Bits of one number.
        package var bits: Int { self == .float32 ? 32 : 64 }
    }

    /// The precision of the multiply-adds.
    let precision: Precision
    private let vectorBits = Self.vectorBits

    /// The length of one round, in seconds.
    static let round = 0.05
    /// A stretch of time in which the clock hardly changes, in seconds.
    static let window = 0.002

    /// The widest vectors of this processor, in bits.
    package static let vectorBits = Int(chardware_vector_bits())

    /// About 60 µs at 3 GHz and two multiply-adds a cycle, and what wakes the vector units: after a sleep they take some
    /// microseconds to run at full width.
    private static let iterations: UInt64 = 24_000
    private static let warmUp: UInt64 = 1_500

    private func run(_ iterations: UInt64) -> Double {
        var sum = 0.0
        switch precision {
        case .float32: return Double(chardware_fma_float32(Int32(vectorBits), iterations, 1.25, 0.7, &sum))
        case .float64: return Double(chardware_fma_float64(Int32(vectorBits), iterations, 1.25, 0.7, &sum))
        }
    }

    /// The speed of the calling thread in one burst, in GFLOP/s.
    func burstGflops(_ clock: MonotonicClock) -> Double {
        _ = run(Self.warmUp)
        let start = clock.now
        let operations = run(Self.iterations)
        return operations / (clock.now - start) / 1e9
    }

    /// What all threads of a pool do at once in a round, in GFLOP/s.
    func round(_ pool: WorkerPool) -> Double {
        ConcurrentRate.best(pool, seconds: Self.round, window: Self.window) { _ in run(Self.iterations) } / 1e9
    }
}

extension MachineSpeed {
    /// The speed of one core as ``measure(threads:quick:)`` finds it, in 6 ms, for noticing that the machine became slower
    /// or faster meanwhile: the best burst of multiply-adds on float32 vectors, in GFLOP/s.
    package static func sentinelGflops() -> Double {
        let (peak, clock) = (FMAPeak(precision: .float32), MonotonicClock())
        let end = clock.now + 3 * FMAPeak.window
        var best = 0.0
        while clock.now < end { best = max(best, peak.burstGflops(clock)) }
        return best
    }
}
