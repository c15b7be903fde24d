import ApusParallel

/// What may spoil a measurement, as found before a run; touches nothing.
package struct Circumstances {
    /// The load average over a minute.
    package var loadAverage: Double
    /// What others used of the processors meanwhile; `nil` where the system does not say.
    package var others: ProcessorTime.Others?
    /// Cores that the scheduler lets the process run on.
    package var cores: Int
    /// The control group's quota in cores.
    package var quota: Double?
    /// The numbers of threads that are to be measured.
    package var threads: [Int]
    /// Extensions that the processor offers.
    package var presentFeatures: Processor.Features
    /// Extensions that the build uses everywhere.
    package var compiledFeatures: Processor.Features
    /// The OpenBLAS.
    package var openblas: BenchmarkContext.OpenBLAS
    /// What sets the processor's clock.
    package var governor: String?

    /// Circumstances from their parts.
    package init(
        loadAverage: Double, others: ProcessorTime.Others?, cores: Int, quota: Double?, threads: [Int],
        presentFeatures: Processor.Features, compiledFeatures: Processor.Features,
        openblas: BenchmarkContext.OpenBLAS, governor: String?
    ) {
        self.loadAverage = loadAverage
        self.others = others
        self.cores = cores
        self.quota = quota
        self.threads = threads
        self.presentFeatures = presentFeatures
        self.compiledFeatures = compiledFeatures
        self.openblas = openblas
        self.governor = governor
    }

    /// A sentence for each thing that makes figures worth less.
    package var warnings: [String] {
        [
            load, otherPrograms, stolen, narrowQuota, manyThreads, unusedFeatures, weakCore, slowGovernor,
        ].compactMap(\.self)
    }

    private var load: String? {
        guard loadAverage > 0.3 * Double(cores) else { return nil }
        return "the machine is busy: load average \(tenths(loadAverage)) before the run"
    }

    private var otherPrograms: String? {
        guard let others, others.programs > 0.2 else { return nil }
        return "the machine is busy: other programs use \(tenths(others.programs)) cores"
    }

    private var stolen: String? {
        guard let others, others.stolen > 0.05 else { return nil }
        return "the machine is a guest whose host takes away \(tenths(others.stolen)) cores"
    }

    private var narrowQuota: String? {
        guard let quota, quota < Double(cores) else { return nil }
        return "the control group allows \(tenths(quota)) of \(cores) cores: threads stand still at times"
    }

    private var manyThreads: String? {
        let usable = quota.map { min(cores, max(1, Int($0))) } ?? cores
        guard let most = threads.max(), most > usable else { return nil }
        return "\(most) threads share \(usable) \(usable == 1 ? "core" : "cores")"
    }

    /// AMX is left out: no compiler uses it by itself.
    private var unusedFeatures: String? {
        let unused = presentFeatures.subtracting(compiledFeatures).subtracting(.amxBF16)
        if unused.isEmpty { return nil }
        return "the build leaves \(unused) unused: `make build` compiles for this processor"
    }

    private var weakCore: String? {
        guard openblas.selectedCore != openblas.bestCore else { return nil }
        let pins = openblas.pins.filter { $0.hasPrefix("OPENBLAS_CORETYPE=") || $0.hasPrefix("APUS_BLAS_CORE=") }
        let cause = pins.isEmpty ? "" : " because of \(pins.joined(separator: " "))"
        return "OpenBLAS uses its core \(openblas.selectedCore)\(cause); \(openblas.bestCore) is the best here"
    }

    private var slowGovernor: String? {
        guard let governor, governor != "performance" else { return nil }
        return "the governor is \(governor), not performance: the clock follows the load"
    }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
