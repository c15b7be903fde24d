import ApusBLAS
import ApusKernels

/// A product with one factor.
struct FactorStep<Scalar: BLASScalar>: Step {
    let factor: Double
    let input: Value
    let output: Value

    var operation: String { "scale" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) {
        ChannelScaling.scale(
            count: run.samples * input.shape.count, by: Scalar(factor), input: run.pointer(input),
            output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        ChannelScaling.scale(
            count: run.samples * input.shape.count, by: Scalar(factor), input: run.gradientPointer(output),
            output: run.gradientPointer(input), pool: run.pool)
    }
}

/// A product with a learnt factor for each channel.
struct ChannelScaleStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value
    let factors: Parameter
    let batchSize: Int

    var operation: String { "scale by channel" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [input] }
    var parameters: [Parameter] { [factors] }
    var workspaceCount: Int {
        ChannelScaling.workspaceCount(rows: batchSize * rowsPerSample, channels: factors.shape.count)
    }

    private var rowsPerSample: Int { input.shape.count / factors.shape.count }

    func forward(_ run: StepRun<Scalar>) {
        ChannelScaling.scale(
            rows: run.samples * rowsPerSample, channels: factors.shape.count, by: run.pointer(factors),
            input: run.pointer(input), output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        let (rows, channels) = (run.samples * rowsPerSample, factors.shape.count)
        ChannelScaling.factorGradient(
            rows: rows, channels: channels, input: run.pointer(input), outputGradient: run.gradientPointer(output),
            factorGradient: run.gradientPointer(factors), workspace: run.workspace, pool: run.pool)
        guard input.hasGradient else { return }
        ChannelScaling.scale(
            rows: rows, channels: channels, by: run.pointer(factors), input: run.gradientPointer(output),
            output: run.gradientPointer(input), pool: run.pool)
    }
}
