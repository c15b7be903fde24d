import ApusBLAS
import ApusKernels

/// Normalization by the statistics of the batch in training, by the running ones in inference, and an activation in the
/// same pass.
struct BatchNormStep<Scalar: BLASScalar>: Step {
    /// What a batch normalization does beside normalizing.
    struct Settings {
        let momentum: Double
        let isUnbiased: Bool
        let batchSize: Int
    }

    let normalization: ChannelNormalization
    let input: Value
    let output: Value
    let scale: Parameter?
    let bias: Parameter?
    let runningMean: Parameter
    let runningVariance: Parameter
    /// Mean and inverse deviation of each channel and block; `nil` where the running statistics are used.
    let statistics: StepMemory?
    let settings: Settings
    var activation: ElementwiseActivation?

    var operation: String {
        switch activation {
        case nil: "batch normalization"
        case .rectification?: "batch normalization, ReLU"
        case .silu?: "batch normalization, SiLU"
        default: "batch normalization, GELU"
        }
    }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [input] }
    var memories: [StepMemory] { statistics.map { [$0] } ?? [] }
    var parameters: [Parameter] { [scale, bias].compactMap(\.self) }
    var workspaceCount: Int { normalization.workspaceCount(samples: settings.batchSize, as: Scalar.self) }

    func forward(_ run: StepRun<Scalar>) {
        let scale = scale.map { UnsafePointer(run.pointer($0)) }
        let bias = bias.map { UnsafePointer(run.pointer($0)) }
        guard let statistics else {
            normalization.inference(
                samples: run.samples, input: run.pointer(input), means: run.pointer(runningMean),
                variances: run.pointer(runningVariance), scale: scale, shift: bias, output: run.pointer(output),
                workspace: run.workspace, pool: run.pool)
            return
        }
        let found = run.pointer(statistics, as: Double.self)
        normalization.forward(
            samples: run.samples, input: run.pointer(input), scale: scale, shift: bias, output: run.pointer(output),
            statistics: found, workspace: run.workspace, pool: run.pool)
        normalization.updateRunning(
            samples: run.samples, statistics: found, momentum: settings.momentum, isUnbiased: settings.isUnbiased,
            means: run.pointer(runningMean), variances: run.pointer(runningVariance))
    }

    func backward(_ run: StepRun<Scalar>) {
        guard let statistics else {
            guard input.hasGradient else { return }
            normalization.inferenceBackward(
                samples: run.samples, input: run.pointer(input), means: run.pointer(runningMean),
                variances: run.pointer(runningVariance), scale: scale.map { UnsafePointer(run.pointer($0)) },
                shift: bias.map { UnsafePointer(run.pointer($0)) }, outputGradient: run.gradientPointer(output),
                inputGradient: run.gradientPointer(input), workspace: run.workspace, pool: run.pool)
            return
        }
        normalization.backward(
            samples: run.samples, input: run.pointer(input), scale: scale.map { UnsafePointer(run.pointer($0)) },
            shift: bias.map { UnsafePointer(run.pointer($0)) }, statistics: run.pointer(statistics, as: Double.self),
            outputGradient: run.gradientPointer(output),
            inputGradient: input.hasGradient ? run.gradientPointer(input) : nil,
            scaleGradient: scale.map { run.gradientPointer($0) }, shiftGradient: bias.map { run.gradientPointer($0) },
            workspace: run.workspace, pool: run.pool)
    }
}

extension BatchNormStep: AbsorbingStep {
    /// Takes on a ReLU, GELU or SiLU.
    func absorbing(_ follower: FollowingOperation, output: Value, memory: (Int) -> StepMemory) -> (any Step<Scalar>)? {
        let function: ElementwiseActivation
        switch follower {
        case .rectification: function = .rectification
        case .activation(let other): function = other
        case .maxPooling: return nil
        }
        guard activation == nil, ChannelNormalization.takesOn(function) else { return nil }
        return BatchNormStep(
            normalization: ChannelNormalization(
                positions: normalization.positions, channels: normalization.channels, groups: normalization.groups,
                blockSamples: normalization.blockSamples, epsilon: normalization.epsilon, activation: function),
            input: input, output: output, scale: scale, bias: bias, runningMean: runningMean,
            runningVariance: runningVariance, statistics: statistics, settings: settings, activation: function)
    }
}
