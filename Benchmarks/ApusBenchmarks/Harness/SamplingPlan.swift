/// When the harness has seen enough of a workload.
package struct SamplingPlan: Sendable {
    /// Sampling ends when the median's relative uncertainty is as low; see ``Summary/uncertainty``.
    package var targetUncertainty = 0.01
    /// Seconds that a workload of weight 1 may take.
    package var budget = 0.25
    /// Fewest samples, whatever the budget.
    package var fewestSamples = 3
    /// Fewest samples with which a row is taken to be settled before its budget is spent.
    package var fewestSettledSamples = 8
    /// Most samples of a workload whose every run is one.
    package var mostSamples = 20_000

    /// The plan of a full run.
    package init() {}

    /// Seconds that a sample should take at least: long against the clock's resolution, and so short that most samples fall
    /// between two disturbances, which then do not move the median.
    var sampleSeconds: Double { min(0.005, max(0.0005, budget / 100)) }

    /// A run that is shorter is done once untimed before each sample: other workloads have had the caches meanwhile.
    static let longestWarmRun = 0.005

    /// A run waits for its cores, and repeats what was disturbed, for so many times its budget at most.
    static let patience = 2.0
    /// Two samples that agree so far end the warm-up.
    static let warmUpAgreement = 0.05
    /// The halves of a settled sample do not differ by more.
    static let drift = 0.03
}
