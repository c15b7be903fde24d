import Apus
import ApusBenchmarks

/// What a training or an inference will hold, in bytes.
struct PlannedMemory: Encodable {
    /// Weights and, in training, their gradients and the optimizer's state.
    let parameters: Int
    /// Activations, gradients of activations, workspaces and the batch that is read ahead.
    let arena: Int
    /// The arena of the inference that scores a training's test images.
    let evaluation: Int
    /// All images as bytes.
    let images: Int
    /// The program and its libraries.
    let program: Int
    let total: Int

    /// - Parameters:
    ///   - work: What will be done.
    ///   - images: Images that are held, of CIFAR-10's size whatever the network's.
    init(_ work: PlannedWork, images count: Int) {
        let copies = work.purpose == .training ? 2 + work.optimizer.stateNames.count : 1
        parameters = copies * work.model.parameterLayout.count * MemoryLayout<Float>.stride
        arena = work.outline(work.purpose).arenaBytes
        evaluation = work.purpose == .training ? work.outline(.inference).arenaBytes : 0
        images = count * 32 * 32 * 3
        // This process is the same program, and has taken nothing of the above.
        program = PeakMemory.bytes ?? 0
        total = parameters + arena + evaluation + images + program
    }
}

/// What is planned.
struct PlannedWork {
    let model: Sequential
    let batchSize: Int
    let purpose: ExecutionPlan<Float>.Purpose
    var optimizer: any Optimizer = Adam()
    let algorithm: AlgorithmChoice
    let table: AlgorithmTable
    let precision: Precision
    /// Workspaces depend on them.
    let threads: Int

    /// The steps as a `Trainer` runs them.
    func outline(_ purpose: ExecutionPlan<Float>.Purpose) -> PlanOutline<Float> {
        PlanOutline(
            model, loss: SparseCategoricalCrossEntropy(), batchSize: batchSize, purpose: purpose,
            algorithm: algorithm, algorithmTable: table, precision: precision, readsAhead: threads > 1, threads: threads
        )
    }
}
