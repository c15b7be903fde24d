import ApusKernels
import ApusTraining

/// Whole training steps, as `apus train` runs them: shuffled gathering and scaling of images, forward, backward, Adam.
enum TrainingSuite {
    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        let small = (options.isQuick ? [32] : [32, 128, 512]).flatMap { batch in
            options.threads.map { (NetworkProblem(imageSize: 32, batch: batch), $0) }
        }
        let large = options.isQuick ? [] : [(NetworkProblem(imageSize: 224, batch: 32), options.mostThreads)]
        return NetworkProblem.algorithms(options).flatMap { algorithm in
            (small + large).map { scenario($0.0, algorithm, threads: $0.1, options) }
        }
    }

    private static func scenario(
        _ problem: NetworkProblem, _ algorithm: AlgorithmChoice, threads: Int, _ options: SuiteOptions
    ) -> Scenario {
        let workload = workload(problem, algorithm, threads: threads, suite: "train", name: problem.name, options)
        return Scenario("train \(problem.name)", [workload], derive: Self.memory)
    }

    /// Training steps as a workload of any suite.
    static func workload(
        _ problem: NetworkProblem, _ algorithm: AlgorithmChoice, _ precision: Precision = .float32, threads: Int,
        suite: String, name: String, label: String? = nil, _ options: SuiteOptions
    ) -> Workload {
        var workload = Workload(
            .init(
                suite: suite, name: name, algorithm: label ?? algorithm.rawValue, threads: threads,
                batch: problem.batch, metric: .imageRate),
            metrics: suite == "train" ? [.imageRate, .stepTime] : [.imageRate]
        ) {
            let pool = options.pools[threads]
            _ = PeakMemory.reset()
            let steps = problem.trainer(algorithm, precision, pool: pool)
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    try problem.verify(algorithm, precision, pool: pool)
                    _ = PeakMemory.reset()
                },
                run: {
                    // A loss that is not finite would be thrown; these few steps on drawn images have none.
                    guard (try? steps.next()) != nil else { preconditionFailure("\(name): the training diverged") }
                })
        }
        workload.flops = problem.flops(isTraining: true, algorithm)
        workload.images = Double(problem.batch)
        workload.sampling = suite == "train" ? .everyRun : .untilSettled
        workload.weight = problem.imageSize > 64 ? 24 : 8
        return workload
    }

    /// The most memory that a scenario held.
    static func memory(_ measurements: [Measurement]) -> [BenchmarkResult] {
        guard let workload = measurements.first?.workload, let bytes = PeakMemory.bytes else { return [] }
        var identity = workload.identity
        identity.metric = .memory
        return [BenchmarkResult(identity, values: [Double(bytes) / 1e6])]
    }
}
