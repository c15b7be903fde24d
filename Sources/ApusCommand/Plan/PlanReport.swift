import Apus

/// What `apus plan` says.
struct PlanReport: Encodable {
    /// One step and what it does to a whole batch.
    struct Step: Encodable {
        let layer: String
        let operation: String
        let algorithm: String
        let forwardFlops: Int
        let backwardFlops: Int
        let forwardBytes: Int
        let backwardBytes: Int
    }

    let purpose: String
    let batchSize: Int
    let steps: [Step]
    let memory: PlannedMemory

    /// - Parameter images: Images that are held.
    init(_ work: PlannedWork, images: Int) {
        let isTraining = work.purpose == .training
        purpose = isTraining ? "training" : "inference"
        batchSize = work.batchSize
        steps = work.outline(work.purpose).stepDescriptions.map { step in
            Step(
                layer: step.layer, operation: step.operation, algorithm: step.algorithm,
                forwardFlops: step.forwardFlops, backwardFlops: isTraining ? step.backwardFlops : 0,
                forwardBytes: step.forwardBytes, backwardBytes: isTraining ? step.backwardBytes : 0)
        }
        memory = PlannedMemory(work, images: images)
    }

    // MARK: Text

    func show(_ console: Console) {
        console.line("\(purpose), batch size \(batchSize)")
        console.line()
        show(stepRows, console)
        console.line()
        show(memoryRows, console)
    }

    private func show(_ rows: [[String]], _ console: Console) {
        for line in TextTable(rows: rows).lines { console.line(line) }
    }

    private var stepRows: [[String]] {
        var columns: [(title: String, value: (Step) -> Int)] = [("Mflop", \.forwardFlops), ("MB", \.forwardBytes)]
        if steps.contains(where: { $0.backwardBytes > 0 }) {
            columns += [("backward Mflop", \.backwardFlops), ("MB", \.backwardBytes)]
        }
        /// Blank for a step without products.
        func millions(_ count: Int) -> String { count == 0 ? "" : Numbers.fixed(Double(count) / 1e6, 2) }
        let header = ["step", "algorithm"] + columns.map(\.title)
        let rows = steps.map { step in
            ["\(step.layer): \(step.operation)", step.algorithm] + columns.map { millions($0.value(step)) }
        }
        let sums = columns.map { column in millions(steps.reduce(0) { $0 + column.value($1) }) }
        return [header] + rows + [["all", ""] + sums]
    }

    private var memoryRows: [[String]] {
        let parts = [
            ("parameters", memory.parameters), ("arena", memory.arena), ("arena of evaluation", memory.evaluation),
            ("images", memory.images), ("program", memory.program),
        ]
        return (parts.filter { $0.1 > 0 } + [("memory in all", memory.total)]).map { [$0.0, Numbers.bytes($0.1)] }
    }
}
