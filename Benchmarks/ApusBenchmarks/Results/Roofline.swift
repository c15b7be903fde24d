/// The ceilings of the machine that a run was measured on, for so many threads.
struct Roofline {
    let machine: MachineSpeed
    /// Threads with which the figures for all cores were measured.
    let machineThreads: Int

    /// GFLOP/s of multiply-adds on so many threads.
    func peak(_ dtype: String, threads: Int) -> Double {
        let isDouble = dtype == "float64"
        return ceiling(
            single: isDouble ? machine.fmaFloat64GflopsPerCore : machine.fmaGflopsPerCore,
            all: isDouble ? machine.fmaFloat64Gflops : machine.fmaGflops, threads: threads)
    }

    /// One thread has the figure of a core, all have that of all, and some have as many times the first as they are, but
    /// not more than all.
    private func ceiling(single: Double, all: Double, threads: Int) -> Double {
        if threads <= 1 { return single }
        return threads >= machineThreads ? max(all, single) : min(single * Double(threads), all)
    }

    /// Where a row stands; `nil` where its bytes are not known.
    func place(_ work: BenchmarkResult.Work, dtype: String, threads: Int) -> RooflinePlace? {
        guard work.bytes > 0 else { return nil }
        let level = level(holding: work.bytes, threads: threads)
        let bandwidth = ceiling(
            single: machine.triadGBsPerCore[level] ?? 0, all: machine.triadGBs[level] ?? 0, threads: threads)
        let intensity = work.flops / work.bytes
        let attainable = min(peak(dtype, threads: threads), intensity * bandwidth)
        return RooflinePlace(
            flops: work.flops, bytes: work.bytes, intensity: intensity, level: level, attainable: attainable,
            percentOfAttainable: attainable > 0 ? 100 * work.gflops / attainable : 0)
    }

    /// The smallest level that holds so many bytes: each thread has a first and second level of its own, the third is
    /// everybody's.
    private func level(holding bytes: Double, threads: Int) -> String {
        for level in ["L1", "L2", "L3"] {
            guard let capacity = machine.cacheBytes[level], machine.triadGBs[level] != nil else { continue }
            if bytes <= Double(capacity) * (level == "L3" ? 1 : Double(threads)) { return level }
        }
        return "memory"
    }
}
