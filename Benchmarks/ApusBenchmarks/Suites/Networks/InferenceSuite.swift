import ApusKernels
import ApusNeuralNetworks

/// Whole forward passes with softmax, the input copied into the plan first.
enum InferenceSuite {
    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        let small = (options.isQuick ? [1, 32] : [1, 32, 128, 512]).flatMap { batch in
            options.threads.map { (NetworkProblem(imageSize: 32, batch: batch), $0) }
        }
        let large =
            options.isQuick ? [] : [1, 32].map { (NetworkProblem(imageSize: 224, batch: $0), options.mostThreads) }
        return NetworkProblem.algorithms(options).flatMap { algorithm in
            (small + large).map { problem, threads in
                let workload = workload(
                    problem, algorithm, threads: threads, suite: "infer", name: problem.name, options)
                return Scenario("infer \(problem.name)", [workload], derive: TrainingSuite.memory)
            }
        }
    }

    /// Forward passes as a workload of any suite.
    static func workload(
        _ problem: NetworkProblem, _ algorithm: AlgorithmChoice, _ precision: Precision = .float32, threads: Int,
        suite: String, name: String, label: String? = nil, _ options: SuiteOptions
    ) -> Workload {
        let metrics: [Metric] =
            suite != "infer" ? [.imageRate] : [.imageRate, problem.batch == 1 ? .latency : .stepTime]
        var workload = Workload(
            .init(
                suite: suite, name: name, algorithm: label ?? algorithm.rawValue, threads: threads,
                batch: problem.batch, metric: .imageRate),
            metrics: metrics
        ) {
            let pool = options.pools[threads]
            _ = PeakMemory.reset()
            let parameters = ParameterBuffer<Float>(problem.model.parameterLayout)
            parameters.initialize(seed: 1)
            let plan = ExecutionPlan(
                problem.model, loss: nil, batchSize: problem.batch, purpose: .inference, parameters: parameters,
                algorithm: algorithm, precision: precision, pool: pool)
            let count = problem.batch * plan.inputShape.count
            let images = RandomBuffer<Float>(8 * count, seed: 6)
            var turn = 0
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    try problem.verify(algorithm, precision, pool: pool)
                    _ = PeakMemory.reset()
                },
                run: {
                    plan.inputPointer.update(from: images.pointer + turn * count, count: count)
                    turn = (turn + 1) % 8
                    plan.forward(samples: problem.batch)
                })
        }
        workload.flops = problem.flops(isTraining: false, algorithm)
        workload.images = Double(problem.batch)
        workload.sampling = suite == "infer" ? .everyRun : .untilSettled
        workload.weight = problem.imageSize > 64 ? 12 : 4
        return workload
    }
}
