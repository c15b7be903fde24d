import ApusBLAS
import ApusKernels

/// A convolution, with the algorithm of each direction chosen when the plan is made.
struct ConvolutionStep<Scalar: BLASScalar>: Step {
    let geometry: ConvolutionGeometry
    let input: Value
    let output: Value
    let kernel: Parameter
    let bias: Parameter?
    let forwardAlgorithm: ConvolutionAlgorithm
    let inputGradientAlgorithm: ConvolutionAlgorithm
    let filterGradientAlgorithm: ConvolutionAlgorithm
    let workspaceCount: Int

    init(
        geometry: ConvolutionGeometry, input: Value, output: Value, kernel: Parameter, bias: Parameter?,
        batchSize: Int, isTraining: Bool, threads: Int, choice: AlgorithmChoice
    ) {
        self.geometry = geometry
        self.input = input
        self.output = output
        self.kernel = kernel
        self.bias = bias
        forwardAlgorithm = choice.algorithm(for: geometry, direction: .forward)
        inputGradientAlgorithm = choice.algorithm(for: geometry, direction: .inputGradient)
        filterGradientAlgorithm = choice.algorithm(for: geometry, direction: .filterGradient)
        func workspace(_ direction: ConvolutionDirection, _ algorithm: ConvolutionAlgorithm) -> Int {
            Convolution.workspaceCount(
                geometry, images: batchSize, direction: direction, algorithm: algorithm, threads: threads)
        }
        var counts = [workspace(.forward, forwardAlgorithm)]
        if isTraining {
            counts.append(workspace(.filterGradient, filterGradientAlgorithm))
            if input.hasGradient { counts.append(workspace(.inputGradient, inputGradientAlgorithm)) }
        }
        workspaceCount = counts.max() ?? 0
    }

    var operation: String { "convolution" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [input] }
    var parameters: [Parameter] { [kernel] + (bias.map { [$0] } ?? []) }
    var forwardFlops: Int { geometry.flops(images: 1) }
    var backwardFlops: Int { (input.hasGradient ? 2 : 1) * forwardFlops }

    func forward(_ run: StepRun<Scalar>) {
        Convolution.forward(
            geometry, images: run.samples, input: run.pointer(input), filter: run.pointer(kernel),
            bias: bias.map { UnsafePointer(run.pointer($0)) }, output: run.pointer(output),
            algorithm: forwardAlgorithm, workspace: run.workspace, pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        Convolution.filterGradient(
            geometry, images: run.samples, input: run.pointer(input), outputGradient: run.gradientPointer(output),
            filterGradient: run.gradientPointer(kernel), biasGradient: bias.map { run.gradientPointer($0) },
            algorithm: filterGradientAlgorithm, workspace: run.workspace, pool: run.pool)
        if input.hasGradient {
            Convolution.inputGradient(
                geometry, images: run.samples, outputGradient: run.gradientPointer(output),
                filter: run.pointer(kernel), inputGradient: run.gradientPointer(input),
                algorithm: inputGradientAlgorithm, workspace: run.workspace, pool: run.pool)
        }
    }
}
