import ApusBLAS
import ApusKernels

/// A product with a dense kernel, plus bias.
struct DenseStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value
    let kernel: Parameter
    let bias: Parameter?
    let workspaceCount: Int

    init(input: Value, output: Value, kernel: Parameter, bias: Parameter?, batchSize: Int) {
        self.input = input
        self.output = output
        self.kernel = kernel
        self.bias = bias
        workspaceCount = DenseProduct.workspaceCount(
            rows: batchSize, inputs: input.shape.count, outputs: output.shape.count)
    }

    var operation: String { "dense product" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [input] }
    var parameters: [Parameter] { [kernel] + (bias.map { [$0] } ?? []) }
    var forwardFlops: Int { 2 * input.shape.count * output.shape.count }
    var backwardFlops: Int { (input.hasGradient ? 2 : 1) * forwardFlops }

    func forward(_ run: StepRun<Scalar>) {
        DenseProduct.forward(
            rows: run.samples, inputs: input.shape.count, outputs: output.shape.count, input: run.pointer(input),
            kernel: run.pointer(kernel), bias: bias.map { UnsafePointer(run.pointer($0)) },
            output: run.pointer(output), workspace: run.workspace, pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        DenseProduct.parameterGradients(
            rows: run.samples, inputs: input.shape.count, outputs: output.shape.count, input: run.pointer(input),
            outputGradient: run.gradientPointer(output), kernelGradient: run.gradientPointer(kernel),
            biasGradient: bias.map { run.gradientPointer($0) }, pool: run.pool)
        if input.hasGradient {
            DenseProduct.inputGradient(
                rows: run.samples, inputs: input.shape.count, outputs: output.shape.count,
                outputGradient: run.gradientPointer(output), kernel: run.pointer(kernel),
                inputGradient: run.gradientPointer(input), pool: run.pool)
        }
    }
}
