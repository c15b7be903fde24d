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

    /// What the process will hold, in bytes.
    struct Memory: Encodable {
        /// Weights, their gradients and the optimizer's two moments.
        let parameters: Int
        /// Activations, gradients of activations, workspaces and the batch that is read ahead.
        let arena: Int
        /// CIFAR-10 as bytes, which `apus train` holds as a whole.
        let images: Int
        /// What the program itself takes.
        let program: Int
        let total: Int
    }

    let purpose: String
    let batchSize: Int
    let steps: [Step]
    let memory: Memory

    /// - Parameter threads: Workspaces depend on them.
    init(
        _ model: Sequential, batchSize: Int, purpose: ExecutionPlan<Float>.Purpose, algorithm: AlgorithmChoice,
        table: AlgorithmTable, threads: Int
    ) {
        let isTraining = purpose == .training
        let parameters = ParameterBuffer<Float>(model.parameterLayout)
        let plan = ExecutionPlan(
            model, loss: SparseCategoricalCrossEntropy(), batchSize: batchSize, purpose: purpose,
            parameters: parameters, algorithm: algorithm, algorithmTable: table, readsAhead: threads > 1,
            pool: WorkerPool(threads: threads))
        self.purpose = isTraining ? "training" : "inference"
        self.batchSize = batchSize
        steps = plan.stepDescriptions.map { step in
            Step(
                layer: step.layer, operation: step.operation, algorithm: step.algorithm,
                forwardFlops: step.forwardFlops, backwardFlops: isTraining ? step.backwardFlops : 0,
                forwardBytes: step.forwardBytes, backwardBytes: isTraining ? step.backwardBytes : 0)
        }
        let copies = isTraining ? 2 + Adam().stateNames.count : 1
        let parameterBytes = copies * model.parameterLayout.count * MemoryLayout<Float>.stride
        let imageBytes = 60_000 * 32 * 32 * 3
        memory = Memory(
            parameters: parameterBytes, arena: plan.arenaBytes, images: imageBytes, program: Self.programBytes,
            total: parameterBytes + plan.arenaBytes + imageBytes + Self.programBytes)
    }

    /// Code, libraries, stacks and OpenBLAS's buffers, as measured (`VmRSS` of a training less the rest).
    private static let programBytes = 50_000_000

    func show(_ console: Console) {
        console.line("\(purpose), batch size \(batchSize)")
        console.line()
        var rows = [["step", "algorithm", "Mflop", "MB", "backward Mflop", "MB"]]
        for step in steps {
            rows.append(
                ["\(step.layer): \(step.operation)", step.algorithm]
                    + [step.forwardFlops, step.forwardBytes, step.backwardFlops, step.backwardBytes].map {
                        $0 == 0 ? "" : Numbers.fixed(Double($0) / 1e6, 2)
                    })
        }
        let flops = (steps.reduce(0) { $0 + $1.forwardFlops }, steps.reduce(0) { $0 + $1.backwardFlops })
        rows.append(
            [
                "all", "", Numbers.fixed(Double(flops.0) / 1e6, 2), "",
                flops.1 == 0 ? "" : Numbers.fixed(Double(flops.1) / 1e6, 2), "",
            ])
        for line in TextTable(rows: rows).lines { console.line(line) }
        console.line()
        let lines = [
            ("parameters", memory.parameters), ("arena", memory.arena), ("images", memory.images),
            ("program", memory.program), ("memory in all", memory.total),
        ]
        for line in TextTable(rows: lines.map { [$0.0, Numbers.bytes($0.1)] }).lines { console.line(line) }
    }
}
