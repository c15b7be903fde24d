import ApusBLAS
import ApusKernels

/// The input gradient of a convolution as forward, and its forward as the input's gradient.
struct TransposedConvolutionStep<Scalar: BLASScalar>: Step {
    /// From this step's output to its input.
    let convolution: PreparedConvolution<Scalar>
    let input: Value
    let output: Value
    let kernel: Parameter
    let bias: Parameter?
    let batchSize: Int

    var operation: String { "transposed convolution" }
    var algorithm: String {
        let algorithms = convolution.algorithms
        let names = [algorithms.inputGradient, algorithms.forward, algorithms.filterGradient].map(\.rawValue)
        return Set(names).count == 1 ? names[0] : names.joined(separator: ", ")
    }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [input] }
    var parameters: [Parameter] { [kernel] + (bias.map { [$0] } ?? []) }
    var forwardFlops: Int { geometry.flops(images: 1) }
    var backwardFlops: Int { (input.hasGradient ? 2 : 1) * geometry.flops(images: 1) }
    var workspaceCount: Int {
        max(
            convolution.workspaceCount, ChannelBias.workspaceCount(rows: batchSize * pixels, channels: channels))
    }

    private var geometry: ConvolutionGeometry { convolution.geometry }
    private var channels: Int { geometry.inputChannels }
    private var pixels: Int { geometry.input.area }

    func forward(_ run: StepRun<Scalar>) {
        convolution.inputGradient(
            run, outputGradient: run.pointer(input), filter: run.pointer(kernel), inputGradient: run.pointer(output))
        if let bias {
            ChannelBias.add(
                rows: run.samples * pixels, channels: channels, bias: run.pointer(bias), to: run.pointer(output),
                pool: run.pool)
        }
    }

    func backward(_ run: StepRun<Scalar>) {
        convolution.filterGradient(
            run, input: run.gradientPointer(output), outputGradient: run.pointer(input),
            filterGradient: run.gradientPointer(kernel))
        if let bias {
            ChannelBias.gradient(
                rows: run.samples * pixels, channels: channels, outputGradient: run.gradientPointer(output),
                biasGradient: run.gradientPointer(bias), workspace: run.workspace, pool: run.pool)
        }
        guard input.hasGradient else { return }
        convolution.forward(
            run, input: run.gradientPointer(output), filter: run.pointer(kernel), output: run.gradientPointer(input))
    }
}
