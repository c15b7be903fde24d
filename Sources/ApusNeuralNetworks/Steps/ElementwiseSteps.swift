import ApusBLAS
import ApusKernels

/// max(0, x), in place where the plan allows it; backward needs the output alone.
struct RectifiedLinearStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value

    var operation: String { "ReLU" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [output] }

    func forward(_ run: StepRun<Scalar>) {
        RectifiedLinear.forward(
            count: run.samples * input.shape.count, input: run.pointer(input), output: run.pointer(output),
            pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        RectifiedLinear.backward(
            count: run.samples * input.shape.count, output: run.pointer(output),
            outputGradient: run.gradientPointer(output), inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}

/// A function of each element; backward reads what its derivative is computed from, input or output.
struct ActivationStep<Scalar: BLASScalar>: Step {
    let function: ElementwiseActivation
    let operation: String
    let input: Value
    let output: Value

    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [function.differentiatesInput ? input : output] }

    func forward(_ run: StepRun<Scalar>) {
        function.forward(
            count: run.samples * input.shape.count, input: run.pointer(input), output: run.pointer(output),
            pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        function.backward(
            count: run.samples * input.shape.count,
            values: run.pointer(function.differentiatesInput ? input : output),
            outputGradient: run.gradientPointer(output), inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}

/// Inverted dropout; the mask is drawn again in backward instead of kept.
struct DropoutStep<Scalar: BLASScalar>: Step {
    let rate: Double
    let input: Value
    let output: Value

    var operation: String { "dropout" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) {
        DropoutMask.forward(
            count: run.samples * input.shape.count, first: run.firstSample * input.shape.count, rate: rate,
            key: run.key, input: run.pointer(input), output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        DropoutMask.backward(
            count: run.samples * input.shape.count, first: run.firstSample * input.shape.count, rate: rate,
            key: run.key, outputGradient: run.gradientPointer(output), inputGradient: run.gradientPointer(input),
            pool: run.pool)
    }
}

/// Inverted dropout of whole channels.
struct SpatialDropoutStep<Scalar: BLASScalar>: Step {
    let rate: Double
    let input: Value
    let output: Value

    var operation: String { "spatial dropout" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) { drop(run, from: run.pointer(input), to: run.pointer(output)) }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        drop(run, from: run.gradientPointer(output), to: run.gradientPointer(input))
    }

    private func drop(
        _ run: StepRun<Scalar>, from source: UnsafePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>
    ) {
        let channels = input.shape[input.shape.rank - 1]
        DropoutMask.dropChannels(
            samples: run.samples, positions: input.shape.count / channels, channels: channels, first: run.firstSample,
            rate: rate, key: run.key, input: source, output: target, pool: run.pool)
    }
}

/// Softmax over the last axis.
struct SoftmaxStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value

    var operation: String { "softmax" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [output] }

    private var classes: Int { input.shape[input.shape.rank - 1] }

    func forward(_ run: StepRun<Scalar>) {
        Softmax.forward(
            rows: run.samples * input.shape.count / classes, classes: classes, input: run.pointer(input),
            output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        Softmax.backward(
            rows: run.samples * input.shape.count / classes, classes: classes, output: run.pointer(output),
            outputGradient: run.gradientPointer(output), inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}
