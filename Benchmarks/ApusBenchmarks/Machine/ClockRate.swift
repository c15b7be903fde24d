import CHardware

/// The clock of a core while it does multiply-adds.
///
/// A chain of additions, each waiting for the one before, takes one cycle an addition. Chains and bursts of multiply-adds
/// take turns within 100 µs: processors that lower their clock for wide vectors raise it again only after several
/// hundred, and turbo moves at the pace of milliseconds.
struct ClockRate {
    /// The fastest bursts and the fastest chain in a stretch of time that is short enough to have one clock.
    struct Window {
        /// Multiply-adds of one core on float32 vectors, in GFLOP/s.
        var gflops = 0.0
        /// The same on float64 vectors.
        var float64Gflops = 0.0
        /// Additions in the chain per nanosecond: the clock, in GHz.
        var clockGHz = 0.0
    }

    /// About 20 µs.
    private static let chain: UInt64 = 960

    /// The window of a round with the fastest float32 multiply-adds.
    static func best(seconds: Double) -> Window {
        let clock = MonotonicClock()
        var best = Window()
        let end = clock.now + seconds
        while clock.now < end {
            let window = measure(clock)
            if window.gflops > best.gflops { best = window }
        }
        return best
    }

    private static func measure(_ clock: MonotonicClock) -> Window {
        var window = Window()
        let (float32, float64) = (FMAPeak(precision: .float32), FMAPeak(precision: .float64))
        let end = clock.now + FMAPeak.window
        while clock.now < end {
            window.gflops = max(window.gflops, float32.burstGflops(clock))
            window.clockGHz = max(window.clockGHz, chainGHz(clock))
            window.float64Gflops = max(window.float64Gflops, float64.burstGflops(clock))
        }
        return window
    }

    private static func chainGHz(_ clock: MonotonicClock) -> Double {
        var sum: UInt64 = 0
        let start = clock.now
        let cycles = Double(chardware_addition_chain(chain, 7, &sum))
        return cycles / (clock.now - start) / 1e9
    }
}
