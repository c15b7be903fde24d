import ApusKernels

/// Training steps of `keras-cnn` on 1…N threads: strong scaling keeps the batch, weak scaling the batch per thread.
enum ScalingSuite {
    private static let strongBatch = 128
    private static let weakBatchPerThread = 64

    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        let counts = threadCounts(upTo: options.mostThreads)
        return NetworkProblem.algorithms(options).flatMap { algorithm in
            [("strong", { _ in strongBatch }), ("weak", { weakBatchPerThread * $0 })].map {
                (kind: String, batch: (Int) -> Int) in
                let workloads = counts.map { threads in
                    var workload = TrainingSuite.workload(
                        NetworkProblem(imageSize: 32, batch: batch(threads)), algorithm, threads: threads,
                        suite: "scaling", name: "keras-cnn \(kind)", options)
                    workload.weight = options.isQuick ? 4 : 12
                    return workload
                }
                return Scenario("scaling keras-cnn \(kind)", workloads, derive: efficiencies)
            }
        }
    }

    /// 1…N, of many threads the powers of two and N.
    static func threadCounts(upTo most: Int) -> [Int] {
        if most <= 8 { return Array(1...most) }
        return sequence(first: 1) { $0 * 2 }.prefix { $0 < most } + [most]
    }

    /// Images per second over those of one thread and the number of threads.
    private static func efficiencies(_ measurements: [Measurement]) -> [BenchmarkResult] {
        // Of rates, like the rows: between two samples the median of times is another one.
        guard let single = measurements.first(where: { $0.workload.identity.threads == 1 }),
            let rate = Summary(rates(single))?.median
        else { return [] }
        return measurements.compactMap { measurement in
            if measurement.seconds.isEmpty { return nil }
            var identity = measurement.workload.identity
            identity.metric = .efficiency
            let ideal = rate * Double(identity.threads)
            return BenchmarkResult(
                identity, status: measurement.status, notes: measurement.notes,
                values: rates(measurement).map { 100 * $0 / ideal })
        }
    }

    private static func rates(_ measurement: Measurement) -> [Double] {
        measurement.seconds.map { measurement.workload.images / $0 }
    }
}
