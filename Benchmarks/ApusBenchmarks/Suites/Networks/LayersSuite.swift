import ApusKernels
import ApusNeuralNetworks

/// The time of each layer in whole training steps of a model, forward and backward, as `caffe time` gives it. Loading a
/// batch and moving the weights are no layers and are left out.
enum LayersSuite {
    static func scenarios(_ options: SuiteOptions) -> [Scenario] {
        NetworkProblem.algorithms(options).flatMap { algorithm in
            options.threads.map { scenario(algorithm, threads: $0, batch: 32, options) }
        }
    }

    private static func scenario(
        _ algorithm: AlgorithmChoice, threads: Int, batch: Int, _ options: SuiteOptions
    ) -> Scenario {
        let model = options.model
        let recorder = Recorder()
        var workload = Workload(
            .init(
                suite: "layers", name: "\(model.name)/all", algorithm: algorithm.rawValue, threads: threads,
                batch: batch,
                metric: .time)
        ) {
            let parameters = ParameterBuffer<Float>(model.model.parameterLayout)
            parameters.initialize(seed: 1)
            let plan = ExecutionPlan(
                model.model, loss: model.loss, batchSize: batch, purpose: .training, parameters: parameters,
                algorithm: algorithm, pool: options.pools[threads])
            let count = batch * plan.inputShape.count
            let inputs = RandomBuffer<Float>(count, seed: 7)
            let targets = RandomBuffer<Float>(batch * plan.predictionShape.count, seed: 8)
            plan.targetPointer?.update(from: targets.pointer, count: targets.count)
            for sample in 0..<batch { plan.classPointer?[sample] = Int32(sample % plan.predictionShape.count) }
            recorder.steps = plan.stepDescriptions
            func load() { plan.inputPointer.update(from: inputs.pointer, count: count) }
            return Workload.Prepared(
                verify: { () throws(WrongResult) in
                    try model.verify(algorithm, batch: batch, pool: options.pools[threads])
                },
                time: { repetitions, clock in
                    var total = 0.0
                    for _ in 0..<repetitions {
                        load()
                        total += recorder.record(plan, samples: batch, clock)
                    }
                    return total
                })
        }
        workload.sampling = .everyRun
        workload.weight = 8
        return Scenario("layers \(model.name)", [workload]) { recorder.rows($0) }
    }
}

/// The times of a plan's steps, one list for each run.
private final class Recorder {
    var steps: [StepDescription] = []
    private var runs: [(forward: [Double], backward: [Double])] = []

    /// Runs all steps and returns the seconds they took together.
    func record(_ plan: ExecutionPlan<Float>, samples: Int, _ clock: any BenchmarkClock) -> Double {
        var run = (
            forward: [Double](repeating: 0, count: steps.count), backward: [Double](repeating: 0, count: steps.count)
        )
        let start = clock.now
        var last = start
        func lap() -> Double {
            let now = clock.now
            defer { last = now }
            return now - last
        }
        plan.forward(samples: samples) { run.forward[$0] = lap() }
        plan.backward { run.backward[$0] = lap() }
        runs.append(run)
        return last - start
    }

    /// Time, share, bytes and rate of each layer and direction, steps of one layer added up.
    func rows(_ measurements: [Measurement]) -> [BenchmarkResult] {
        guard let whole = measurements.first, !whole.seconds.isEmpty, let total = whole.medianSeconds else { return [] }
        // The first runs warmed up.
        let sampled = Array(runs.suffix(whole.taken))
        let runs = whole.kept.map { sampled[$0] }
        var layers: [String] = []
        for step in steps where !layers.contains(step.layer) { layers.append(step.layer) }
        return layers.flatMap { layer in
            [true, false].flatMap { isForward in
                rows(layer, isForward: isForward, whole, total: total) { index in
                    runs.map { (isForward ? $0.forward : $0.backward)[index] }
                }
            }
        }
    }

    private func rows(
        _ layer: String, isForward: Bool, _ whole: Measurement, total: Double, _ seconds: (Int) -> [Double]
    ) -> [BenchmarkResult] {
        let indices = steps.indices.filter { steps[$0].layer == layer }
        let runs = indices.map(seconds)
        let times = whole.seconds.indices.map { run in runs.reduce(0) { $0 + $1[run] } }
        let own = indices.map { steps[$0] }
        let bytes = own.reduce(0) { $0 + (isForward ? $1.forwardBytes : $1.backwardBytes) }
        let flops = own.reduce(0) { $0 + (isForward ? $1.forwardFlops : $1.backwardFlops) }
        var identity = whole.workload.identity
        let model = identity.name.split(separator: "/")[0]
        identity.name = "\(model)/\(layer) \(isForward ? "forward" : "backward")"
        func row(_ metric: Metric, _ values: [Double]) -> BenchmarkResult {
            identity.metric = metric
            return BenchmarkResult(identity, status: whole.status, notes: whole.notes, values: values)
        }
        var rows = [
            row(.time, times.map { $0 * 1e3 }), row(.share, times.map { 100 * $0 / total }),
            row(.bytes, [Double(bytes) / 1e6]),
        ]
        if flops > 0 {
            var rate = row(.flopRate, times.map { Double(flops) / $0 / 1e9 })
            rate.work = .init(gflops: rate.summary?.median ?? 0, flops: Double(flops), bytes: Double(bytes))
            rows.append(rate)
        }
        return rows
    }
}
