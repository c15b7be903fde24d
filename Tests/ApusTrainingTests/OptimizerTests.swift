import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import Testing

/// Optimizers against their formulas, written out in Double.
@Suite struct OptimizerTests {
    private static let count = 40_000

    /// Five updates with gradients `sin(i · step)`; returns some elements of the parameters.
    private func run(_ optimizer: some Optimizer) -> [Float] {
        let model = Sequential(input: [Self.count]) { Dense(1, bias: false, kernelInitializer: .ones) }
        let parameters = ParameterBuffer<Float>(model.parameterLayout)
        let gradients = ParameterBuffer<Float>(model.parameterLayout)
        parameters.initialize(seed: 1)
        let state = optimizer.stateNames.map { _ in ParameterBuffer<Float>(model.parameterLayout) }
        let pool = WorkerPool(threads: 2)
        for step in 1...5 {
            let values = (0..<Self.count).map { Float(Self.gradient($0, step)) }
            gradients.set("dense1.kernel", to: Tensor(shape: [Self.count, 1], scalars: values))
            optimizer.update(
                OptimizerUpdate(parameters, gradients: gradients, state: state, step: step, pool: pool))
        }
        return parameters.tensor("dense1.kernel")?.scalars ?? []
    }

    private static func gradient(_ index: Int, _ step: Int) -> Double { sin(Double(index * step)) }

    /// Five float updates of numbers near 1 keep about six digits.
    private func expect(_ values: [Float], _ reference: (_ index: Int) -> Double) {
        #expect(values.count == Self.count)
        for index in stride(from: 0, to: Self.count, by: 97) {
            #expect(abs(Double(values[index]) - reference(index)) < 2e-6, "element \(index)")
        }
    }

    @Test func plainSGD() {
        expect(run(SGD(learningRate: 0.1))) { index in
            (1...5).reduce(1) { $0 - 0.1 * Self.gradient(index, $1) }
        }
    }

    @Test(arguments: [false, true]) func momentum(nesterov: Bool) {
        expect(run(SGD(learningRate: 0.1, momentum: 0.9, nesterov: nesterov))) { index in
            var (parameter, velocity) = (1.0, 0.0)
            for step in 1...5 {
                let move = -0.1 * Self.gradient(index, step)
                velocity = 0.9 * velocity + move
                parameter += nesterov ? 0.9 * velocity + move : velocity
            }
            return parameter
        }
    }

    @Test func adam() {
        expect(run(Adam(learningRate: 0.01))) { index in
            var (parameter, first, second) = (1.0, 0.0, 0.0)
            for step in 1...5 {
                let gradient = Self.gradient(index, step)
                first = 0.9 * first + 0.1 * gradient
                second = 0.999 * second + 0.001 * gradient * gradient
                let rate = 0.01 * (1 - pow(0.999, Double(step))).squareRoot() / (1 - pow(0.9, Double(step)))
                parameter -= rate * first / (second.squareRoot() + 1e-7)
            }
            return parameter
        }
    }

    /// Large enough for several shards, and for Muon for blocks of rows.
    @Test func threadsDoNotChangeBits() {
        let optimizers: [any Optimizer] = [
            Adam(), AdamW(), RMSprop(momentum: 0.5, isCentered: true), Adagrad(), SGD(momentum: 0.9, nesterov: true),
            Lookahead(AdamW(), interval: 2), Muon(normalizesWeights: true),
        ]
        for optimizer in optimizers {
            let alone = matrixRun(optimizer, threads: 1)
            for threads in [2, 3] {
                #expect(matrixRun(optimizer, threads: threads) == alone, "\(type(of: optimizer)), \(threads) threads")
            }
        }
    }

    /// The bits of a [1000, 300] matrix and of its transpose after three steps with clipped gradients.
    private func matrixRun(_ optimizer: any Optimizer, threads: Int) -> UInt64 {
        let model = Sequential(input: [1000]) {
            Dense(300, bias: false)
            Dense(1000, bias: false)
        }
        let parameters = ParameterBuffer<Float>(model.parameterLayout)
        let gradients = ParameterBuffer<Float>(model.parameterLayout)
        parameters.initialize(seed: 1)
        let state = optimizer.stateNames.map { _ in ParameterBuffer<Float>(model.parameterLayout) }
        let pool = WorkerPool(threads: threads)
        for step in 1...3 {
            gradients.initialize(seed: UInt64(step))
            GradientClipping.globalNorm(0.5).apply(to: gradients, pool: pool)
            optimizer.update(
                OptimizerUpdate(parameters, gradients: gradients, state: state, step: step, pool: pool))
        }
        var bits: UInt64 = 0
        for entry in model.parameterLayout.entries {
            for scalar in parameters.tensor(entry.name)?.scalars ?? [] {
                bits = bits &* 31 &+ UInt64(scalar.bitPattern)
            }
        }
        return bits
    }
}
