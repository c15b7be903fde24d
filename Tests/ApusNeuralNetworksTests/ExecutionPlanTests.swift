import ApusBLAS
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import Testing

@Suite struct ExecutionPlanTests {
    private let model = Sequential(input: [9, 9, 2]) {
        Activation(.relu)
        Conv2D(4, kernel: 3, activation: .relu)
        MaxPool2D(2)
        Dropout(0.3)
        Conv2D(6, kernel: 2, activation: .relu)
        Flatten()
        Dense(8, activation: .relu)
        Dense(3, activation: .softmax)
    }

    private func plan(
        batchSize: Int, _ purpose: ExecutionPlan<Double>.Purpose, _ parameters: ParameterBuffer<Double>,
        algorithm: AlgorithmChoice = .auto, seed: UInt64 = 3
    ) -> ExecutionPlan<Double> {
        ExecutionPlan(
            model, loss: SparseCategoricalCrossEntropy(), batchSize: batchSize, purpose: purpose,
            parameters: parameters, algorithm: algorithm, seed: seed, pool: WorkerPool(threads: 2))
    }

    private func parameters() -> ParameterBuffer<Double> {
        let parameters = ParameterBuffer<Double>(model.parameterLayout)
        parameters.initialize(seed: 1)
        return parameters
    }

    private func inputs(_ samples: Int) -> Tensor<Double> {
        .normal([samples, 9, 9, 2], key: RandomKey(seed: 9))
    }

    /// The arena is filled with old results on the second run; nothing of them may leak into a smaller batch.
    @Test func aPartialBatchGivesWhatAPlanOfItsSizeGives() {
        let parameters = parameters()
        let large = plan(batchSize: 5, .training, parameters)
        let small = plan(batchSize: 2, .training, parameters)
        large.forward(inputs(5), classes: [0, 1, 2, 0, 1])
        large.backward()
        let few = inputs(2)
        let fromLarge = large.forward(few, classes: [2, 1])
        large.backward()
        let fromSmall = small.forward(few, classes: [2, 1])
        small.backward()
        #expect(fromLarge == fromSmall)
        for entry in model.parameterLayout.entries {
            #expect(large.gradients?.tensor(entry.name) == small.gradients?.tensor(entry.name), "\(entry.name)")
        }
    }

    @Test func everyGradientIsWrittenAndFinite() {
        let plan = plan(batchSize: 4, .training, parameters())
        for entry in model.parameterLayout.entries {
            plan.gradients?.set(entry.name, to: Tensor(shape: entry.shape, repeating: .nan))
        }
        plan.forward(inputs(4), classes: [0, 1, 2, 0])
        plan.backward()
        for entry in model.parameterLayout.entries {
            let gradient = plan.gradients?.tensor(entry.name)?.scalars ?? [.nan]
            #expect(gradient.allSatisfy { $0.isFinite }, "\(entry.name)")
            #expect(gradient.contains { $0 != 0 }, "\(entry.name)")
        }
    }

    @Test func wholeNetworkAgreesWithCentralDifferences() {
        let parameters = parameters()
        let plan = plan(batchSize: 3, .training, parameters)
        let inputs = inputs(3)
        plan.forward(inputs, classes: [0, 1, 2])
        plan.backward()
        let epsilon = 1e-6
        for entry in model.parameterLayout.entries {
            let gradient = plan.gradients?.tensor(entry.name)?.scalars ?? []
            let largest = gradient.map(\.magnitude).max() ?? 0
            for index in stride(from: 0, to: entry.range.count, by: 7) {
                let original = parameters.tensor(entry.name)
                var losses: [Double] = []
                for side in [-1.0, 1.0] {
                    var moved = original?.scalars ?? []
                    moved[index] += side * epsilon
                    parameters.set(entry.name, to: Tensor(shape: entry.shape, scalars: moved))
                    plan.forward(inputs, classes: [0, 1, 2])
                    losses.append(plan.lossSum / 3)
                }
                if let original { parameters.set(entry.name, to: original) }
                let numeric = (losses[1] - losses[0]) / (2 * epsilon)
                #expect(abs(numeric - gradient[index]) < 1e-5 * largest, "\(entry.name)[\(index)]")
            }
        }
    }

    @Test func dropoutActsInTrainingAloneAndFollowsTheStep() {
        let parameters = parameters()
        let training = plan(batchSize: 2, .training, parameters)
        let inference = plan(batchSize: 2, .inference, parameters)
        let inputs = inputs(2)
        let first = training.forward(inputs, classes: [0, 1], step: 1)
        #expect(first == training.forward(inputs, classes: [0, 1], step: 1))
        #expect(first != training.forward(inputs, classes: [0, 1], step: 2))
        let still = inference.forward(inputs, classes: [0, 1], step: 1)
        #expect(still == inference.forward(inputs, classes: [0, 1], step: 2))
        #expect(still != first)
    }

    @Test func theInputIsNotOverwritten() {
        let plan = plan(batchSize: 2, .training, parameters())
        let inputs = inputs(2)
        plan.forward(inputs, classes: [0, 1])
        plan.backward()
        #expect((0..<inputs.shape.count).allSatisfy { plan.inputPointer[$0] == inputs.scalars[$0] })
    }

    @Test func inferenceNeedsLessMemoryThanTraining() {
        let parameters = parameters()
        let training = plan(batchSize: 8, .training, parameters).arenaBytes
        #expect(plan(batchSize: 8, .inference, parameters).arenaBytes < training)
    }

    @Test(arguments: 1...4) func threadsDoNotChangeBits(threads: Int) {
        func gradients(_ threads: Int) -> [Tensor<Double>?] {
            let plan = ExecutionPlan<Double>(
                model, loss: SparseCategoricalCrossEntropy(), batchSize: 7, purpose: .training,
                parameters: parameters(), pool: WorkerPool(threads: threads))
            plan.forward(inputs(7), classes: [0, 1, 2, 0, 1, 2, 0])
            plan.backward()
            return model.parameterLayout.entries.map { plan.gradients?.tensor($0.name) }
        }
        #expect(gradients(threads) == gradients(1))
    }

    @Test func mistakesNameWhatWasExpected() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Sequential(input: [2]) { Dense(2, activation: .softmax) }
            let plan = ExecutionPlan<Float>(
                model, loss: SparseCategoricalCrossEntropy(), batchSize: 2, purpose: .training,
                parameters: ParameterBuffer(model.parameterLayout), pool: WorkerPool(threads: 1))
            plan.forward(Tensor<Float>(shape: [1, 3], scalars: [1, 2, 3]), classes: [0])
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("inputs have shape [1, 3], expected [samples] + [2]"))
    }
}
