/// What came out of timing one workload.
package struct Measurement {
    /// What was timed.
    package let workload: Workload
    /// Seconds of one run, a sample each, in the order in which they were taken; samples that were taken beside somebody
    /// else are set aside where there are enough others.
    package internal(set) var seconds: [Double] = []
    /// Samples that were taken, those set aside included.
    var taken = 0
    /// Which of these ``seconds`` are.
    var kept: [Int] = []
    /// Whether the figures may be used.
    package internal(set) var status: BenchmarkResult.Status = .ok
    /// What a reader must know.
    package internal(set) var notes: [String]

    init(_ workload: Workload) {
        self.workload = workload
        notes = workload.notes
    }

    /// The median time of one run; `nil` where nothing was timed.
    package var medianSeconds: Double? { Summary(seconds)?.median }

    /// A row for each metric.
    var results: [BenchmarkResult] {
        workload.metrics.map { metric in
            var identity = workload.identity
            identity.metric = metric
            let values = seconds.map { workload.value(of: metric, seconds: $0) }
            var result = BenchmarkResult(identity, status: status, notes: notes, values: values)
            if workload.flops > 0, let seconds = medianSeconds {
                let flops = workload.executedFlops ?? workload.flops
                result.work = .init(gflops: flops / seconds / 1e9, flops: flops, bytes: workload.bytes)
            }
            if workload.sampling == .everyRun, !values.isEmpty { result.percentiles = Percentiles(values) }
            return result
        }
    }
}
