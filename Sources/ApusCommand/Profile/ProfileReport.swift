import Apus
import ApusBenchmarks

/// What `apus time` says. All figures are of a whole training step.
struct ProfileReport: Encodable {
    /// A direction of a step of the plan.
    struct Row: Encodable {
        let layer: String
        let operation: String
        let direction: String
        let algorithm: String
        let milliseconds: Double
        let flops: Double
        let bytes: Double
        /// What operations or bytes would take at the machine's speed, whichever is more.
        let limitMilliseconds: Double
    }

    let recipe: String
    let batchSize: Int
    let precision: String
    let processor: String
    let threads: Int
    /// Of float32 multiply-adds; those of bfloat16 count twice.
    let peakGflops: Double
    let memoryGbs: Double
    let rows: [Row]
    let loadingMilliseconds: Double
    let optimizerMilliseconds: Double
    let stepMilliseconds: Double
    let imagesPerSecond: Double

    init(_ profile: TrainingProfile, recipe: Recipe, machine: MachineSpeed, threads: Int) {
        let memory = (threads == 1 ? machine.triadGBsPerCore : machine.triadGBs)["memory"] ?? 0
        let peak = threads == 1 ? machine.fmaGflopsPerCore : machine.fmaGflops
        let parts = Double(profile.parts)
        func row(_ row: TrainingProfile.Row, isForward: Bool) -> Row {
            let step = row.step
            let flops = parts * Double(isForward ? step.forwardFlops : step.backwardFlops)
            let bytes = parts * Double(isForward ? step.forwardBytes : step.backwardBytes)
            let rate = step.algorithm.hasSuffix(Precision.bfloat16.rawValue) ? 2 * peak : peak
            return Row(
                layer: step.layer, operation: step.operation, direction: isForward ? "forward" : "backward",
                algorithm: step.algorithm,
                milliseconds: 1e3 * (isForward ? row.forwardSeconds : row.backwardSeconds), flops: flops, bytes: bytes,
                limitMilliseconds: max(flops / rate / 1e6, memory > 0 ? bytes / memory / 1e6 : 0))
        }
        self.recipe = recipe.name
        self.threads = threads
        batchSize = recipe.settings.batchSize
        precision = recipe.settings.precision.rawValue
        processor = Processor.identity
        peakGflops = peak
        memoryGbs = memory
        rows =
            profile.rows.map { row($0, isForward: true) }
            + profile.rows.reversed().filter { $0.backwardSeconds > 0 }.map { row($0, isForward: false) }
        loadingMilliseconds = 1e3 * profile.loadingSeconds
        optimizerMilliseconds = 1e3 * profile.movingSeconds
        stepMilliseconds = 1e3 * profile.stepSeconds
        imagesPerSecond = Double(batchSize) / profile.stepSeconds
    }

    // MARK: Text

    func show(_ console: Console) {
        console.line(
            "\(recipe), batch size \(batchSize), \(precision), \(processor), \(threads) \(threads == 1 ? "thread" : "threads"): "
                + "\(Numbers.grouped(Int(peakGflops))) GFLOP/s, \(Numbers.fixed(memoryGbs, 0)) GB/s of memory")
        console.line()
        let header = ["step", "algorithm", "ms", "%", "Gflop", "GFLOP/s", "MB", "GB/s", "limit ms", "limit/ms"]
        let table =
            [header] + rows.map(cells) + [
                rest("loading", loadingMilliseconds), rest("optimizer", optimizerMilliseconds), whole,
            ]
        for line in TextTable(rows: table).lines { console.line(line) }
        console.line()
        console.line("\(Numbers.grouped(Int(imagesPerSecond))) images/s")
    }

    private func cells(_ row: Row) -> [String] {
        let seconds = row.milliseconds / 1e3
        return ["\(row.layer): \(row.operation), \(row.direction)", row.algorithm]
            + figures(row.milliseconds, flops: row.flops, bytes: row.bytes, seconds: seconds)
            + [Numbers.fixed(row.limitMilliseconds, 2), Numbers.fixed(row.limitMilliseconds / row.milliseconds, 2)]
    }

    private func figures(_ milliseconds: Double, flops: Double, bytes: Double, seconds: Double) -> [String] {
        [
            Numbers.fixed(milliseconds, 2), Numbers.fixed(100 * milliseconds / stepMilliseconds, 1),
            flops > 0 ? Numbers.fixed(flops / 1e9, 1) : "", flops > 0 ? Numbers.fixed(flops / seconds / 1e9, 0) : "",
            Numbers.fixed(bytes / 1e6, 1), Numbers.fixed(bytes / seconds / 1e9, 1),
        ]
    }

    private func rest(_ name: String, _ milliseconds: Double) -> [String] {
        [name, "", Numbers.fixed(milliseconds, 2), Numbers.fixed(100 * milliseconds / stepMilliseconds, 1)]
    }

    private var whole: [String] {
        ["all", ""]
            + figures(
                stepMilliseconds, flops: rows.reduce(0) { $0 + $1.flops }, bytes: rows.reduce(0) { $0 + $1.bytes },
                seconds: stepMilliseconds / 1e3)
            + [Numbers.fixed(rows.reduce(0) { $0 + $1.limitMilliseconds }, 2), ""]
    }
}
