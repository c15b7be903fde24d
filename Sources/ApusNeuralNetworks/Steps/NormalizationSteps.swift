import ApusBLAS
import ApusKernels

/// Normalization of the last axis of each position by its own statistics.
struct LayerNormStep<Scalar: BLASScalar>: Step {
    let epsilon: Double
    let batchSize: Int
    let input: Value
    let output: Value
    let scale: Parameter?
    let bias: Parameter?

    var operation: String { "layer normalization" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [input] }
    var parameters: [Parameter] { [scale, bias].compactMap(\.self) }
    var workspaceCount: Int {
        RowNormalization.workspaceCount(rows: batchSize * rowsPerSample, columns: columns, as: Scalar.self)
    }

    private var columns: Int { input.shape[input.shape.rank - 1] }
    private var rowsPerSample: Int { input.shape.count / columns }

    func forward(_ run: StepRun<Scalar>) {
        RowNormalization.forward(
            rows: run.samples * rowsPerSample, columns: columns, epsilon: epsilon, input: run.pointer(input),
            scale: scale.map { UnsafePointer(run.pointer($0)) }, shift: bias.map { UnsafePointer(run.pointer($0)) },
            output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        RowNormalization.backward(
            rows: run.samples * rowsPerSample, columns: columns, epsilon: epsilon, input: run.pointer(input),
            scale: scale.map { UnsafePointer(run.pointer($0)) }, outputGradient: run.gradientPointer(output),
            inputGradient: input.hasGradient ? run.gradientPointer(input) : nil,
            scaleGradient: scale.map { run.gradientPointer($0) }, shiftGradient: bias.map { run.gradientPointer($0) },
            workspace: run.workspace, pool: run.pool)
    }
}

/// Normalization of groups of channels of each sample by their own statistics.
struct GroupNormStep<Scalar: BLASScalar>: Step {
    let normalization: ChannelNormalization
    let batchSize: Int
    let input: Value
    let output: Value
    let scale: Parameter?
    let bias: Parameter?
    /// Mean and inverse deviation of each group of each sample.
    let statistics: StepMemory

    var operation: String { "group normalization" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [input] }
    var memories: [StepMemory] { [statistics] }
    var parameters: [Parameter] { [scale, bias].compactMap(\.self) }
    var workspaceCount: Int { normalization.workspaceCount(samples: batchSize, as: Scalar.self) }

    func forward(_ run: StepRun<Scalar>) {
        normalization.forward(
            samples: run.samples, input: run.pointer(input), scale: scale.map { UnsafePointer(run.pointer($0)) },
            shift: bias.map { UnsafePointer(run.pointer($0)) }, output: run.pointer(output),
            statistics: run.pointer(statistics, as: Double.self), workspace: run.workspace, pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        normalization.backward(
            samples: run.samples, input: run.pointer(input), scale: scale.map { UnsafePointer(run.pointer($0)) },
            shift: bias.map { UnsafePointer(run.pointer($0)) }, statistics: run.pointer(statistics, as: Double.self),
            outputGradient: run.gradientPointer(output),
            inputGradient: input.hasGradient ? run.gradientPointer(input) : nil,
            scaleGradient: scale.map { run.gradientPointer($0) }, shiftGradient: bias.map { run.gradientPointer($0) },
            workspace: run.workspace, pool: run.pool)
    }
}
