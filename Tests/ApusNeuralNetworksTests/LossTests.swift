import ApusBLAS
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import Foundation
import Testing

@Suite struct LossTests {
    private let logits = Tensor<Double>(shape: [2, 3], scalars: [1, 2, 0.5, -1, 0, 3])

    private func plan(
        _ loss: any Loss, softmax: Bool, purpose: ExecutionPlan<Double>.Purpose = .training
    ) -> ExecutionPlan<Double> {
        let model = Sequential(input: [3]) {
            if softmax { Activation(.softmax) }
        }
        return ExecutionPlan(
            model, loss: loss, batchSize: 2, purpose: purpose, parameters: ParameterBuffer(model.parameterLayout),
            inputHasGradient: true, pool: WorkerPool(threads: 1))
    }

    private func softmax(_ row: Int) -> [Double] {
        let exponentials = (0..<3).map { exp(logits[row, $0]) }
        return exponentials.map { $0 / exponentials.reduce(0, +) }
    }

    @Test(arguments: [true, false]) func sparseCrossEntropy(softmaxInModel: Bool) {
        let plan = plan(SparseCategoricalCrossEntropy(fromLogits: !softmaxInModel), softmax: softmaxInModel)
        let predictions = plan.forward(logits, classes: [1, 0])
        plan.backward()
        let expected = -log(softmax(0)[1]) - log(softmax(1)[0])
        #expect(abs(plan.lossSum - expected) < 1e-12)
        for row in 0..<2 {
            for column in 0..<3 {
                let probability = softmax(row)[column]
                #expect(abs(predictions[row, column] - probability) < 1e-12)
                let target = column == [1, 0][row] ? 1.0 : 0
                #expect(abs(plan.inputGradientPointer[row * 3 + column] - (probability - target) / 2) < 1e-12)
            }
        }
    }

    @Test func categoricalCrossEntropy() {
        let targets = Tensor<Double>(shape: [2, 3], scalars: [0.2, 0.5, 0.3, 1, 0, 0])
        let plan = plan(CategoricalCrossEntropy(), softmax: true)
        plan.forward(logits, targets: targets)
        plan.backward()
        var expected = 0.0
        for row in 0..<2 {
            for column in 0..<3 {
                expected -= targets[row, column] * log(softmax(row)[column])
                let gradient = (softmax(row)[column] - targets[row, column]) / 2
                #expect(abs(plan.inputGradientPointer[row * 3 + column] - gradient) < 1e-12)
            }
        }
        #expect(abs(plan.lossSum - expected) < 1e-12)
    }

    @Test func meanSquaredError() {
        let targets = Tensor<Double>(shape: [2, 3], scalars: [0, 2, 1, -1, 1, 1])
        let plan = plan(MeanSquaredError(), softmax: false)
        plan.forward(logits, targets: targets)
        plan.backward()
        #expect(abs(plan.lossSum - ((1 + 0 + 0.25) / 3 + (0 + 1 + 4) / 3)) < 1e-12)
        for index in 0..<6 {
            let expected = 2 * (logits.scalars[index] - targets.scalars[index]) / 6
            #expect(abs(plan.inputGradientPointer[index] - expected) < 1e-12)
        }
    }

    @Test func absoluteErrorHasNoSlopeWhereThereIsNone() {
        let targets = Tensor<Double>(shape: [2, 3], scalars: [1, 3, 0.5, -2, 0, 3])
        let plan = plan(MeanAbsoluteError(), softmax: false)
        plan.forward(logits, targets: targets)
        plan.backward()
        let slopes: [Double] = [0, -1, 0, 1, 0, 0]
        for index in 0..<6 { #expect(abs(plan.inputGradientPointer[index] - slopes[index] / 6) < 1e-12) }
    }

    @Test func crossEntropyWithoutSoftmaxIsAMistake() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Sequential(input: [3]) { Dense(2) }
            _ = ExecutionPlan<Float>(
                model, loss: SparseCategoricalCrossEntropy(), batchSize: 1, purpose: .training,
                parameters: ParameterBuffer(model.parameterLayout), pool: WorkerPool(threads: 1))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("fromLogits: true"))
    }
}
