import ApusBLAS
import ApusKernels

/// Maximum over windows; in training the place of each maximum is kept for backward.
struct MaxPoolingStep<Scalar: BLASScalar>: Step {
    let geometry: PoolingGeometry
    let input: Value
    let output: Value
    let argmax: StepMemory?

    var operation: String { "max pooling" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }
    var memories: [StepMemory] { argmax.map { [$0] } ?? [] }

    func forward(_ run: StepRun<Scalar>) {
        MaxPooling.forward(
            geometry, images: run.samples, input: run.pointer(input), output: run.pointer(output),
            argmax: argmax.map { run.pointer($0, as: Int32.self) }, pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient, let argmax else { return }
        MaxPooling.backward(
            geometry, images: run.samples, outputGradient: run.gradientPointer(output),
            argmax: run.pointer(argmax, as: Int32.self), inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}

/// Mean over windows.
struct AveragePoolingStep<Scalar: BLASScalar>: Step {
    let geometry: PoolingGeometry
    let input: Value
    let output: Value

    var operation: String { "average pooling" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) {
        AveragePooling.forward(
            geometry, images: run.samples, input: run.pointer(input), output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        AveragePooling.backward(
            geometry, images: run.samples, outputGradient: run.gradientPointer(output),
            inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}

/// Mean over all pixels.
struct GlobalAveragePoolingStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value

    var operation: String { "global average pooling" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    private var positions: Int { input.shape[0] * input.shape[1] }

    func forward(_ run: StepRun<Scalar>) {
        GlobalAveragePooling.forward(
            images: run.samples, positions: positions, channels: output.shape.count, input: run.pointer(input),
            output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        GlobalAveragePooling.backward(
            images: run.samples, positions: positions, channels: output.shape.count,
            outputGradient: run.gradientPointer(output), inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}

/// Maximum over all pixels; in training the place of each maximum is kept for backward.
struct GlobalMaxPoolingStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value
    let argmax: StepMemory?

    var operation: String { "global max pooling" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }
    var memories: [StepMemory] { argmax.map { [$0] } ?? [] }

    private var positions: Int { input.shape[0] * input.shape[1] }

    func forward(_ run: StepRun<Scalar>) {
        GlobalMaxPooling.forward(
            images: run.samples, positions: positions, channels: output.shape.count, input: run.pointer(input),
            output: run.pointer(output), argmax: argmax.map { run.pointer($0, as: Int32.self) }, pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient, let argmax else { return }
        GlobalMaxPooling.backward(
            images: run.samples, positions: positions, channels: output.shape.count,
            outputGradient: run.gradientPointer(output), argmax: run.pointer(argmax, as: Int32.self),
            inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}
