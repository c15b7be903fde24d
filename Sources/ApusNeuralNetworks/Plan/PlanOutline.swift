import ApusBLAS
import ApusKernels
import ApusParallel

/// A network lowered to steps over an arena that is laid out and not yet taken: what an ``ExecutionPlan`` runs, and what
/// can be said of it on a machine that could not hold it.
package struct PlanOutline<Scalar: BLASScalar> {
    let batchSize: Int
    let inputHasGradient: Bool
    let steps: [any Step<Scalar>]
    /// The steps that run backward, last to first: those behind something that is learnt.
    let backwardSteps: [Int]
    /// The layer that each step belongs to.
    let stepLayers: [String]
    let layout: ArenaLayout
    let input: Value
    /// Where the inputs of this batch and of the next lie in the arena; one place for both where none is read ahead.
    let inputPlaces: [Int]
    let prediction: Value
    let losses: Value?
    let targets: PlanBuilder<Scalar>.Targets?

    /// Lowers a network, as ``ExecutionPlan`` describes it.
    package init(
        _ model: Sequential, loss: (any Loss)?, batchSize: Int, purpose: ExecutionPlan<Scalar>.Purpose,
        algorithm: AlgorithmChoice, algorithmTable: AlgorithmTable, precision: Precision,
        inputHasGradient: Bool = false,
        readsAhead: Bool, threads: Int
    ) {
        require(
            precision.isOffered(by: algorithm) && (precision == .float32 || Scalar.self == Float.self),
            "ExecutionPlan: \(precision) products of \(Scalar.self) by kernels \(algorithm), expected Float and auto, fused or winograd"
        )
        require(batchSize >= 1, "ExecutionPlan: batch size is \(batchSize), expected at least 1")
        require(loss != nil || purpose == .inference, "ExecutionPlan: a training plan needs a loss")
        let isTraining = purpose == .training
        var builder = PlanBuilder<Scalar>(
            batchSize: batchSize, isTraining: isTraining, algorithm: algorithm, algorithmTable: algorithmTable,
            precision: precision, threads: threads, inputHasGradient: inputHasGradient)
        let input = builder.makeValue(
            model.inputShape, hasGradient: isTraining && inputHasGradient, isOverwritable: false)
        let nextInput =
            readsAhead ? builder.makeValue(model.inputShape, hasGradient: false, isOverwritable: false) : nil
        let output = model.lower(input, into: &builder)
        builder.enter(layer: "loss", parameters: [:])
        let lowered = loss?.lower(output, into: &builder)

        self.batchSize = batchSize
        self.inputHasGradient = inputHasGradient
        self.input = input
        prediction = lowered?.prediction ?? output
        losses = lowered?.losses
        targets = builder.targets
        steps = builder.steps
        backwardSteps = builder.steps.indices.reversed().filter { builder.steps[$0].hasOutputGradient }
        stepLayers = builder.stepLayers
        let alive = [input, prediction] + (losses.map { [$0] } ?? []) + (nextInput.map { [$0] } ?? [])
        let layout = builder.arenaLayout(alive: alive)
        self.layout = layout
        inputPlaces = ([input] + (nextInput.map { [$0] } ?? [])).compactMap { layout.contents[$0.storage] }
    }

    /// Bytes of the arena: activations, gradients of activations and workspaces.
    package var arenaBytes: Int { layout.bytes }

    /// All steps in the order in which forward runs them.
    package var stepDescriptions: [StepDescription] {
        zip(steps, stepLayers).map { step, layer in
            let parameters = step.parameters.reduce(0) { $0 + $1.range.count } * MemoryLayout<Scalar>.stride
            let gradients = (step.inputs + step.outputs).filter(\.hasGradient)
            return StepDescription(
                layer: layer, operation: step.operation, algorithm: step.algorithm,
                forwardFlops: batchSize * step.forwardFlops,
                backwardFlops: batchSize * step.backwardFlops,
                forwardBytes: bytes(step.inputs + step.outputs) + parameters,
                backwardBytes: bytes(step.keptForBackward) + bytes(gradients) + 2 * parameters)
        }
    }

    private func bytes(_ values: [Value]) -> Int {
        batchSize * values.reduce(0) { $0 + $1.shape.count } * MemoryLayout<Scalar>.stride
    }
}
