import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import TestSupport
import Testing

/// Replays five steps of airbench94 as PyTorch takes them (`Tests/Support/reference/airbench.py`): network, loss, Muon, SGD with
/// its groups and the schedules of their rates.
@Suite struct AirbenchTraceTests {
    private let trace: SafetensorsFile
    private let recipe = Recipe.airbench94
    private let model = ModelLibrary.airbench(widths: [8, 16, 16])

    init() throws { trace = try SafetensorsFile(path: Fixture.path("airbench.safetensors")) }

    /// Eight images as the network sees them.
    private func images(_ step: Int) throws -> Tensor<Float> {
        let size = 8 * 32 * 32 * 3
        let (mean, deviation) = ([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616])
        let pixels = try trace.bytes(named: "pixels")[step * size..<(step + 1) * size].enumerated().map { index, byte in
            Float((Double(byte) / 255 - mean[index % 3]) / deviation[index % 3])
        }
        return Tensor(shape: [8, 32, 32, 3], scalars: pixels)
    }

    @Test func replay() throws {
        let pool = WorkerPool(threads: 2)
        let parameters = ParameterBuffer<Float>(model.parameterLayout)
        for entry in model.parameterLayout.entries {
            parameters.set(entry.name, to: try trace.tensor(named: "initial.\(entry.name)"))
        }
        let plan = ExecutionPlan<Float>(
            model, loss: recipe.loss, batchSize: 8, purpose: .training, parameters: parameters, algorithm: .fused,
            pool: pool)
        // The recipe's decay is that of its own batch.
        var groups = try #require(recipe.optimizer as? ParameterGroups)
        groups = ParameterGroups(
            groups.groups.map { .init($0.pattern, scaled($0.optimizer), schedule: $0.schedule) },
            rest: scaled(groups.rest))
        let gradients = try #require(plan.gradients)
        let state = groups.stateNames.map { _ in ParameterBuffer<Float>(model.parameterLayout.trainable) }
        let labels = try trace.scalars(named: "labels", as: Int32.self)
        let losses = try trace.scalars(named: "losses", as: Float.self)
        for step in 0..<5 {
            plan.forward(try images(step), classes: Array(labels[step * 8..<(step + 1) * 8]))
            let loss = plan.lossSum / 8
            #expect(abs(loss - Double(losses[step])) < 1e-4, "step \(step): \(loss), PyTorch \(losses[step])")
            plan.backward()
            // Eight epochs of one step each.
            let position = SchedulePosition(step: step, stepsPerEpoch: 1, epochs: 8)
            groups.update(
                OptimizerUpdate(
                    parameters, gradients: gradients, state: state, step: step + 1,
                    rateFactor: recipe.settings.schedule.factor(at: position), position: position, pool: pool))
        }
        for entry in model.parameterLayout.entries {
            let found = try #require(parameters.tensor(entry.name)).scalars
            let expected = try trace.tensor(named: "final.\(entry.name)", of: Float.self).scalars
            let scale = expected.map(abs).max() ?? 0
            let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
            #expect(worst <= 2e-3 * scale, "\(entry.name): \(worst) of \(scale)")
        }
    }

    private func scaled(_ optimizer: any Optimizer) -> any Optimizer {
        guard var descent = optimizer as? SGD else { return optimizer }
        descent.weightDecay *= 8 / Double(recipe.settings.batchSize)
        return descent
    }
}
