/// The ceilings of a machine, measured: what no kernel on it can exceed.
///
/// The keys of ``triadGBs`` and ``cacheBytes`` are levels, nearest first: `L1`, `L2`, `L3` as far as the machine has them,
/// and `memory`.
package struct MachineSpeed: Codable, Equatable, Sendable {
    /// Multiply-adds of one core on float32 vectors, in 10⁹ operations per second; a multiply-add counts two.
    package var fmaGflopsPerCore: Double
    /// The same for all measured threads at once.
    package var fmaGflops: Double
    /// Multiply-adds of one core on float64 vectors, in 10⁹ operations per second.
    package var fmaFloat64GflopsPerCore: Double
    /// The same for all measured threads at once.
    package var fmaFloat64Gflops: Double
    /// The clock of one core between bursts of multiply-adds, in GHz, from a chain of dependent additions.
    package var clockGHz: Double
    /// Float32 vector multiply-adds per cycle: the ports that the processor has for them, a whole number wherever there are
    /// fused multiply-adds.
    package var fmaPerCycle: Double
    /// The width of the vectors, in bits.
    package var vectorBits: Int
    /// Bandwidth of `a[i] = b[i] + s·c[i]` per level, all measured threads at once, in 10⁹ bytes per second.
    package var triadGBs: [String: Double]
    /// The same for one thread alone.
    package var triadGBsPerCore: [String: Double]
    /// The size of each cache, in bytes.
    package var cacheBytes: [String: Int]

    private enum CodingKeys: String, CodingKey {
        case fmaGflopsPerCore = "fma_gflops_per_core"
        case fmaGflops = "fma_gflops"
        case fmaFloat64GflopsPerCore = "fma_float64_gflops_per_core"
        case fmaFloat64Gflops = "fma_float64_gflops"
        case clockGHz = "clock_ghz"
        case fmaPerCycle = "fma_per_cycle"
        case vectorBits = "vector_bits"
        case triadGBs = "triad_gbs"
        case triadGBsPerCore = "triad_gbs_per_core"
        case cacheBytes = "cache_bytes"
    }

    /// A machine's ceilings from their parts.
    package init(
        fmaGflopsPerCore: Double, fmaGflops: Double, fmaFloat64GflopsPerCore: Double, fmaFloat64Gflops: Double,
        clockGHz: Double, fmaPerCycle: Double, vectorBits: Int, triadGBs: [String: Double],
        triadGBsPerCore: [String: Double], cacheBytes: [String: Int]
    ) {
        self.fmaGflopsPerCore = fmaGflopsPerCore
        self.fmaGflops = fmaGflops
        self.fmaFloat64GflopsPerCore = fmaFloat64GflopsPerCore
        self.fmaFloat64Gflops = fmaFloat64Gflops
        self.clockGHz = clockGHz
        self.fmaPerCycle = fmaPerCycle
        self.vectorBits = vectorBits
        self.triadGBs = triadGBs
        self.triadGBsPerCore = triadGBsPerCore
        self.cacheBytes = cacheBytes
    }

    /// Float64 vector multiply-adds per cycle.
    package var fmaFloat64PerCycle: Double { fmaFloat64GflopsPerCore / (2 * Double(vectorBits / 64) * clockGHz) }

    /// clock × width × ports, with the whole number of ports nearest to the measured one, in 10⁹ operations per second.
    package var nominalGflopsPerCore: Double {
        2 * Double(vectorBits / 32) * clockGHz * max(1, fmaPerCycle.rounded())
    }
}
