import ApusKernels
import ApusNeuralNetworks
import ApusParallel

/// A model and what it is called.
package struct NamedModel: Sendable {
    /// The name that rows bear.
    package let name: String
    /// The architecture.
    package let model: Sequential
    /// What training it makes small.
    package let loss: any Loss

    /// A model, its name and its loss.
    package init(name: String, model: Sequential, loss: any Loss = SparseCategoricalCrossEntropy()) {
        self.name = name
        self.model = model
        self.loss = loss
    }

    /// Compares predictions and, where that takes no longer than seconds, gradients of a plan with those of the naive
    /// kernels.
    ///
    /// - Parameter batch: The batch size that is timed, on which `auto` depends.
    func verify(
        _ algorithm: AlgorithmChoice, _ precision: Precision = .float32, batch: Int, pool: WorkerPool
    ) throws(WrongResult) {
        let table = model.automaticAlgorithms(images: batch, precision: precision)
        let parameters = ParameterBuffer<Float>(model.parameterLayout)
        parameters.initialize(seed: 1)
        let isSmall = 3 * 4 * flopsPerSample / NaiveSpeed.convolutionGflops / 1e9 < 1
        let samples = isSmall ? 4 : 1
        let plans = [(algorithm, precision), (.naive, .float32)].map { choice, precision in
            ExecutionPlan(
                model, loss: loss, batchSize: samples, purpose: isSmall ? .training : .inference,
                parameters: parameters, algorithm: choice, algorithmTable: table, precision: precision, pool: pool)
        }
        let count = samples * plans[0].inputShape.count
        let outputs = samples * plans[0].predictionShape.count
        let (inputs, targets) = (RandomBuffer<Float>(count, seed: 5), RandomBuffer<Float>(outputs, seed: 6))
        for plan in plans {
            plan.inputPointer.update(from: inputs.pointer, count: count)
            for sample in 0..<samples { plan.classPointer?[sample] = Int32(sample % plan.predictionShape.count) }
            plan.targetPointer?.update(from: targets.pointer, count: outputs)
            plan.forward(samples: samples)
            if isSmall { plan.backward() }
        }
        let predictions = plans.map { Array(UnsafeBufferPointer(start: $0.predictionPointer, count: outputs)) }
        try compare(predictions[0], predictions[1], Self.predictions, precision)
        guard isSmall, let found = plans[0].gradients, let expected = plans[1].gradients else { return }
        for entry in model.parameterLayout.entries {
            guard let found = found.tensor(entry.name), let expected = expected.tensor(entry.name) else { continue }
            try compare(found.scalars, expected.scalars, "gradient of \(entry.name)", precision)
        }
    }

    private static let predictions = "predictions"

    /// A handful of layers, each with sums of some thousand products of float32 in another order, agree within 10⁻⁴ of the
    /// largest element. Operands of bfloat16 are off by 2⁻⁸, and where that changes the winner of a pooling a whole gradient goes
    /// to another pixel: they agree in the norm:
    /// seen on `keras-cnn` were 0.0009 for predictions, 0.005 for gradients of dense layers and 0.14 behind three of convolutions.
    private func compare(
        _ found: [Float], _ expected: [Float], _ what: String, _ precision: Precision
    ) throws(WrongResult) {
        if precision == .bfloat16 {
            let error = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
            let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if error <= (what == Self.predictions ? 0.01 : 0.2) * norm { return }
            throw WrongResult("\(name): \(what): off by \(error) in the norm, which is \(norm)")
        }
        let scale = expected.reduce(0) { max($0, abs($1)) }
        for index in expected.indices where !(abs(found[index] - expected[index]) <= 1e-4 * scale) {
            throw WrongResult("\(name): \(what): element \(index) is \(found[index]), expected \(expected[index])")
        }
    }

    private var flopsPerSample: Double {
        let plan = ExecutionPlan<Float>(
            model, loss: nil, batchSize: 1, purpose: .inference, parameters: ParameterBuffer(model.parameterLayout),
            pool: WorkerPool(threads: 1))
        return Double(plan.stepDescriptions.reduce(0) { $0 + $1.forwardFlops })
    }
}
