import ApusParallel

extension MachineSpeed {
    /// Measures this machine: at most 6 s, 2 s in a quick run.
    ///
    /// Figures are the best seen, because they are to be ceilings: disturbances only take away. One core is measured from
    /// the calling thread. The rounds of one core and of all take turns, so that both see the same weather.
    ///
    /// - Parameters:
    ///   - threads: Threads that work at once in the figures for all of them.
    ///   - quick: Fewer rounds, smaller arrays.
    package static func measure(threads: Int, quick: Bool) -> MachineSpeed {
        let pool = WorkerPool(threads: threads)
        let caches = CacheSizes.current
        let triad = Triad.measure(pool, caches, quick: quick)
        var speed = MachineSpeed(
            fmaGflopsPerCore: 0, fmaGflops: 0, fmaFloat64GflopsPerCore: 0, fmaFloat64Gflops: 0, clockGHz: 0,
            fmaPerCycle: 0, vectorBits: FMAPeak.vectorBits, triadGBs: triad.all, triadGBsPerCore: triad.perCore,
            cacheBytes: Dictionary(caches.levels.map { ($0.name, $0.bytes) }) { first, _ in first })
        speed.measurePeak(pool, rounds: quick ? 3 : 8)
        return speed
    }

    /// Measures the multiply-adds and the clock anew, for about a second; for results above the peak.
    package mutating func measurePeakAgain(threads: Int) {
        measurePeak(WorkerPool(threads: threads), rounds: 5)
    }

    private mutating func measurePeak(_ pool: WorkerPool, rounds: Int) {
        var core = ClockRate.Window()
        var (all, all64) = (0.0, 0.0)
        for _ in 0..<rounds {
            let window = ClockRate.best(seconds: 2 * FMAPeak.round)
            if window.gflops > core.gflops { core = window }
            if pool.threads == 1 { continue }
            all = max(all, FMAPeak(precision: .float32).round(pool))
            all64 = max(all64, FMAPeak(precision: .float64).round(pool))
        }
        fmaGflopsPerCore = core.gflops
        fmaFloat64GflopsPerCore = core.float64Gflops
        fmaGflops = pool.threads == 1 ? core.gflops : all
        fmaFloat64Gflops = pool.threads == 1 ? core.float64Gflops : all64
        clockGHz = core.clockGHz
        fmaPerCycle = core.gflops / (2 * Double(vectorBits / FMAPeak.Precision.float32.bits) * core.clockGHz)
    }
}
