import ApusBLAS
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import TestSupport
import Testing

/// Replays `keras-cnn` as TensorFlow 2.21 ran it: the same weights, images and labels must give the same logits,
/// gradients, losses and final weights.
@Suite struct KerasTraceTests {
    private let trace: SafetensorsFile
    private let model = Sequential(input: [32, 32, 3]) {
        Conv2D(32, kernel: 3, activation: .relu)
        MaxPool2D(2)
        Conv2D(64, kernel: 3, activation: .relu)
        MaxPool2D(2)
        Conv2D(128, kernel: 3, activation: .relu)
        Flatten()
        Dense(128, activation: .relu)
        Dense(10)
    }

    init() throws { trace = try SafetensorsFile(path: Fixture.path("keras_cnn_trace.safetensors")) }

    private func parameters() throws -> ParameterBuffer<Float> {
        let parameters = ParameterBuffer<Float>(model.parameterLayout)
        for entry in model.parameterLayout.entries {
            parameters.set(entry.name, to: try trace.tensor(named: "initial.\(entry.name)"))
        }
        return parameters
    }

    private func plan(
        _ parameters: ParameterBuffer<Float>, _ algorithm: AlgorithmChoice, _ precision: Precision = .float32,
        pool: WorkerPool
    ) -> ExecutionPlan<Float> {
        ExecutionPlan(
            model, loss: SparseCategoricalCrossEntropy(fromLogits: true), batchSize: 8, purpose: .training,
            parameters: parameters, algorithm: algorithm, precision: precision, pool: pool)
    }

    /// The eight images of one step, divided by 255, and their labels.
    private func batch(_ step: Int) throws -> (images: Tensor<Float>, labels: [Int32]) {
        let bytes = try trace.bytes(named: "images")
        let labels = try trace.scalars(named: "labels", as: Int32.self)
        let size = 8 * 32 * 32 * 3
        let pixels = bytes[step * size..<(step + 1) * size].map { Float($0) / 255 }
        return (Tensor(shape: [8, 32, 32, 3], scalars: pixels), Array(labels[step * 8..<(step + 1) * 8]))
    }

    /// Ten steps of Adam, whose losses are compared with Keras's.
    private func takeSteps(_ plan: ExecutionPlan<Float>, lossesWithin tolerance: Double, pool: WorkerPool) throws {
        let optimizer = Adam()
        let state = optimizer.stateNames.map { _ in ParameterBuffer<Float>(model.parameterLayout) }
        let losses = try trace.scalars(named: "losses", as: Float.self)
        for step in 0..<10 {
            let (images, labels) = try batch(step)
            plan.forward(images, classes: labels)
            let loss = plan.lossSum / 8
            #expect(abs(loss - Double(losses[step])) < tolerance, "step \(step): \(loss), Keras \(losses[step])")
            plan.backward()
            optimizer.update(
                OptimizerUpdate(
                    plan.parameters, gradients: try #require(plan.gradients), state: state, step: step + 1, pool: pool))
        }
    }

    @Test(arguments: AlgorithmChoice.allCases) func replay(algorithm: AlgorithmChoice) throws {
        let pool = WorkerPool(threads: 2)
        let parameters = try parameters()
        let plan = plan(parameters, algorithm, pool: pool)
        let (images, labels) = try batch(0)
        plan.forward(images, classes: labels)
        plan.backward()

        // The loss predicts probabilities; its logits are compared through a plan without a loss.
        let inference = ExecutionPlan<Float>(
            model, loss: nil, batchSize: 8, purpose: .inference, parameters: parameters, algorithm: algorithm,
            pool: pool)
        expectClose(inference.forward(images), try trace.tensor(named: "step0.logits"), relative: 1e-4)
        for entry in model.parameterLayout.entries {
            let gradient = try #require(plan.gradients?.tensor(entry.name))
            expectClose(gradient, try trace.tensor(named: "step0.gradient.\(entry.name)"), relative: 1e-4)
        }

        try takeSteps(plan, lossesWithin: 1e-3, pool: pool)
        for entry in model.parameterLayout.entries {
            let weights = try #require(parameters.tensor(entry.name)).scalars.map(Double.init)
            let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let expected = try trace.scalars(named: "final.\(entry.name).norm", as: Double.self)[0]
            #expect(abs(norm / expected - 1) < 1e-3, "\(entry.name): norm \(norm), Keras \(expected)")
        }
    }

    /// Ten steps of bfloat16 products from the same weights: operands are off by up to 2⁻⁸, losses by far less, since their errors
    /// have random signs.
    @Test func bfloat16FollowsTheLosses() throws {
        let pool = WorkerPool(threads: 2)
        let parameters = try parameters()
        let plan = plan(parameters, .auto, .bfloat16, pool: pool)
        try takeSteps(plan, lossesWithin: 2e-2, pool: pool)
    }
}
