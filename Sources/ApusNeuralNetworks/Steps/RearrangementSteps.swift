import ApusBLAS
import ApusKernels

/// Axes in another order.
struct PermutationStep<Scalar: BLASScalar>: Step {
    let permutation: AxisPermutation
    let input: Value
    let output: Value

    var operation: String { "permutation" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) {
        permutation.forward(
            samples: run.samples, input: run.pointer(input), output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        permutation.backward(
            samples: run.samples, outputGradient: run.gradientPointer(output),
            inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}

/// Zeros around images, or a cut out of them.
struct FrameStep<Scalar: BLASScalar>: Step {
    let frame: ImageFrame
    /// Whether the input is the inner image.
    let pads: Bool
    let input: Value
    let output: Value

    var operation: String { pads ? "zero padding" : "cropping" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) { copy(run, pads, from: run.pointer(input), to: run.pointer(output)) }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        copy(run, !pads, from: run.gradientPointer(output), to: run.gradientPointer(input))
    }

    private func copy(
        _ run: StepRun<Scalar>, _ pads: Bool, from source: UnsafePointer<Scalar>,
        to target: UnsafeMutablePointer<Scalar>
    ) {
        if pads {
            frame.embed(images: run.samples, inner: source, outer: target, pool: run.pool)
        } else {
            frame.extract(images: run.samples, outer: source, inner: target, pool: run.pool)
        }
    }
}

/// Larger images.
struct UpSamplingStep<Scalar: BLASScalar>: Step {
    let upSampling: UpSampling
    let input: Value
    let output: Value

    var operation: String { "up-sampling" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [] }

    func forward(_ run: StepRun<Scalar>) {
        upSampling.forward(
            images: run.samples, input: run.pointer(input), output: run.pointer(output), pool: run.pool)
    }

    func backward(_ run: StepRun<Scalar>) {
        guard input.hasGradient else { return }
        upSampling.backward(
            images: run.samples, outputGradient: run.gradientPointer(output),
            inputGradient: run.gradientPointer(input), pool: run.pool)
    }
}
