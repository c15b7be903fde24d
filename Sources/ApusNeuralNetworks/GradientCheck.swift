import ApusBLAS
import ApusParallel
import ApusTensors

/// The worst disagreement that ``gradientCheck(_:input:samples:seed:epsilon:)`` found.
public struct GradientCheckResult: Sendable {
    /// Where: `input`, or the name of a parameter.
    public let name: String
    /// The element's index there.
    public let index: Int
    /// The derivative that the layer's backward step gave.
    public let analytic: Double
    /// The central difference.
    public let numeric: Double
    /// |analytic − numeric| divided by the largest derivative of the same tensor (or by 1e-8, if that is larger).
    public let relativeError: Double
}

/// Compares a layer's gradients with central differences, in Double.
///
/// The layer is given normally distributed inputs and its output is weighted with random numbers to a scalar L; for
/// every element e of the input and of each parameter, ∂L/∂e from backward is compared with
/// (L(e + ε) − L(e − ε)) / 2ε. A correct layer stays under about 1e-7. A layer with a kink (ReLU, max pooling) is
/// compared away from it, since inputs lie within ε of a kink with a probability of about ε.
///
/// - Parameters:
///   - layer: The layer.
///   - input: The shape of one input sample.
///   - samples: Samples in the batch.
///   - seed: Determines inputs, weights and dropout masks.
///   - epsilon: Half the distance of the central difference.
/// - Returns: the element with the largest relative error.
public func gradientCheck(
    _ layer: some Layer, input: Shape, samples: Int = 2, seed: UInt64 = 1, epsilon: Double = 1e-5
) -> GradientCheckResult {
    let model = Sequential(input: input, layers: [layer])
    let key = RandomKey(seed: seed)
    let parameters = ParameterBuffer<Double>(model.parameterLayout)
    parameters.initialize(seed: seed)
    for entry in model.parameterLayout.entries {  // zeros would hide mistakes
        for index in entry.range { parameters.pointer[index] += 0.1 * key.folding(1).normal(UInt64(index)) }
    }
    let plan = ExecutionPlan<Double>(
        model, loss: LinearFunctional(), batchSize: samples, purpose: .training, parameters: parameters, seed: seed,
        inputHasGradient: true, pool: WorkerPool(threads: 1))
    let inputCount = samples * input.count
    let outputCount = samples * model.outputShape.count
    guard let weights = plan.targetPointer, let gradients = plan.gradients else {
        callerMistake("gradientCheck: the plan has no targets")
    }
    for index in 0..<inputCount { plan.inputPointer[index] = key.folding(2).normal(UInt64(index)) }
    for index in 0..<outputCount { weights[index] = key.folding(3).normal(UInt64(index)) }
    plan.forward(samples: samples)
    plan.backward()

    var worst = GradientCheckResult(name: "", index: 0, analytic: 0, numeric: 0, relativeError: -1)
    func compare(
        _ name: String, _ elements: UnsafeMutablePointer<Double>, _ analytic: UnsafePointer<Double>, count: Int
    ) {
        let derivatives = (0..<count).map { analytic[$0] }
        let scale = max(derivatives.map(\.magnitude).max() ?? 0, 1e-8)
        for index in 0..<count {
            let element = elements[index]
            var losses = [0.0, 0.0]
            for (side, sign) in [(0, -1.0), (1, 1.0)] {
                elements[index] = element + sign * epsilon
                plan.forward(samples: samples)
                losses[side] = plan.lossSum / Double(samples)
            }
            elements[index] = element
            let numeric = (losses[1] - losses[0]) / (2 * epsilon)
            let error = abs(numeric - derivatives[index]) / scale
            if !(error <= worst.relativeError) {
                worst = GradientCheckResult(
                    name: name, index: index, analytic: derivatives[index], numeric: numeric, relativeError: error)
            }
        }
    }
    compare("input", plan.inputPointer, plan.inputGradientPointer, count: inputCount)
    for entry in model.parameterLayout.entries where entry.isTrainable {
        compare(
            entry.name, parameters.pointer + entry.range.lowerBound, gradients.pointer + entry.range.lowerBound,
            count: entry.range.count)
    }
    return worst
}

/// Σᵢ targetᵢ · predictionᵢ per sample: a scalar whose gradient with respect to the prediction is the target.
private struct LinearFunctional: Loss {
    var targetKind: TargetKind { .tensor }

    func lower<Scalar: BLASScalar>(
        _ prediction: Value, into builder: inout PlanBuilder<Scalar>
    ) -> (losses: Value, prediction: Value) {
        let step = LinearFunctionalStep<Scalar>(
            prediction: prediction, targets: builder.tensorTargets(prediction.shape), losses: builder.value([]))
        builder.add(step)
        return (step.losses, prediction)
    }
}

private struct LinearFunctionalStep<Scalar: BLASScalar>: Step {
    let prediction: Value
    let targets: Value
    let losses: Value

    var operation: String { "linear functional" }
    var inputs: [Value] { [prediction, targets] }
    var outputs: [Value] { [losses] }

    func forward(_ run: StepRun<Scalar>) {
        let count = prediction.shape.count
        for sample in 0..<run.samples {
            run.pointer(losses)[sample] = (sample * count..<(sample + 1) * count)
                .reduce(0) { $0 + run.pointer(prediction)[$1] * run.pointer(targets)[$1] }
        }
    }

    func backward(_ run: StepRun<Scalar>) {
        for index in 0..<run.samples * prediction.shape.count {
            run.gradientPointer(prediction)[index] = run.pointer(targets)[index] / Scalar(run.samples)
        }
    }
}
