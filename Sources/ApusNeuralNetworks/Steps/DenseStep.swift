import ApusBLAS
import ApusKernels

/// A product with a dense kernel, plus bias, and a ReLU that was folded in.
struct DenseStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value
    let kernel: Parameter
    let bias: Parameter?
    let workspaceCount: Int
    private let rectifies: Bool
    private let fused: FusedDense<Scalar>?
    private let setting: Setting

    /// What a step is made for.
    struct Setting {
        let batchSize: Int
        let threads: Int
        let algorithm: AlgorithmChoice
        let precision: Precision
    }

    init(
        input: Value, output: Value, kernel: Parameter, bias: Parameter?, rectifies: Bool = false, setting: Setting
    ) {
        let (inputs, outputs) = (input.shape.count, output.shape.count)
        let isFused =
            setting.algorithm.usesFusedKernels && FusedDense<Scalar>.suits(inputs: inputs, outputs: outputs)
        fused =
            isFused
            ? FusedDense(
                rows: setting.batchSize, inputs: inputs, outputs: outputs, rectifies: rectifies,
                precision: setting.precision) : nil
        workspaceCount =
            fused?.workspaceCount(threads: setting.threads)
            ?? DenseProduct.workspaceCount(rows: setting.batchSize, inputs: inputs, outputs: outputs)
        self.input = input
        self.output = output
        self.kernel = kernel
        self.bias = bias
        self.rectifies = rectifies
        self.setting = setting
    }

    var operation: String { "dense product" + (rectifies ? ", ReLU" : "") }
    var algorithm: String {
        fused == nil ? "blas" : setting.precision == .bfloat16 ? "fused \(setting.precision.rawValue)" : "fused"
    }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { rectifies ? [input, output] : [input] }
    var parameters: [Parameter] { [kernel] + (bias.map { [$0] } ?? []) }
    var forwardFlops: Int { 2 * input.shape.count * output.shape.count }
    var backwardFlops: Int { (input.hasGradient ? 2 : 1) * forwardFlops }

    func forward(_ run: StepRun<Scalar>) {
        let bias = bias.map { UnsafePointer(run.pointer($0)) }
        if let fused {
            fused.forward(
                rows: run.samples, input: run.pointer(input), kernel: run.pointer(kernel), bias: bias,
                output: run.pointer(output), workspace: run.workspace, pool: run.pool)
        } else {
            DenseProduct.forward(
                rows: run.samples, inputs: input.shape.count, outputs: output.shape.count, input: run.pointer(input),
                kernel: run.pointer(kernel), bias: bias, output: run.pointer(output), workspace: run.workspace,
                pool: run.pool)
        }
    }

    func backward(_ run: StepRun<Scalar>) {
        let biasGradient = bias.map { run.gradientPointer($0) }
        let inputGradient = input.hasGradient ? run.gradientPointer(input) : nil
        if let fused {
            fused.backward(
                rows: run.samples, input: run.pointer(input), kernel: run.pointer(kernel),
                output: run.pointer(output), outputGradient: run.gradientPointer(output),
                kernelGradient: run.gradientPointer(kernel), biasGradient: biasGradient, inputGradient: inputGradient,
                workspace: run.workspace, pool: run.pool)
            return
        }
        DenseProduct.parameterGradients(
            rows: run.samples, inputs: input.shape.count, outputs: output.shape.count, input: run.pointer(input),
            outputGradient: run.gradientPointer(output), kernelGradient: run.gradientPointer(kernel),
            biasGradient: biasGradient, pool: run.pool)
        if let inputGradient {
            DenseProduct.inputGradient(
                rows: run.samples, inputs: input.shape.count, outputs: output.shape.count,
                outputGradient: run.gradientPointer(output), kernel: run.pointer(kernel),
                inputGradient: inputGradient, pool: run.pool)
        }
    }
}

extension DenseStep: AbsorbingStep {
    /// Takes on a ReLU.
    func absorbing(_ follower: FollowingOperation, output: Value, memory: (Int) -> StepMemory) -> (any Step<Scalar>)? {
        guard fused != nil, case .rectification = follower else { return nil }
        return DenseStep(
            input: input, output: output, kernel: kernel, bias: bias, rectifies: true, setting: setting)
    }
}
