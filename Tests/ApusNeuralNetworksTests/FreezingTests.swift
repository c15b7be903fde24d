import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import TestSupport
import Testing

@Suite struct FreezingTests {
    private static let model = Sequential(input: [6, 6, 2]) {
        Conv2D(3, kernel: 3, activation: .relu)
        Conv2D(4, kernel: 3, activation: .relu)
        Flatten()
        Dense(5, activation: .relu)
        Dense(3, activation: .softmax)
    }

    private func plan(_ model: Sequential, batchSize: Int) -> ExecutionPlan<Double> {
        let parameters = ParameterBuffer<Double>(model.parameterLayout)
        parameters.initialize(seed: 2)
        return ExecutionPlan<Double>(
            model, loss: SparseCategoricalCrossEntropy(), batchSize: batchSize, purpose: .training,
            parameters: parameters, pool: WorkerPool(threads: 2))
    }

    /// Gradients of a batch of four, by name.
    private func gradients(_ model: Sequential) throws -> [String: Tensor<Double>] {
        let plan = plan(model, batchSize: 4)
        plan.forward(.normal([4, 6, 6, 2], key: RandomKey(seed: 5)), classes: [0, 1, 2, 1])
        plan.backward()
        let made = try #require(plan.gradients)
        let named = made.layout.entries.map { ($0.name, made.tensor($0.name)) }
        return Dictionary(uniqueKeysWithValues: named).compactMapValues(\.self)
    }

    @Test(
        arguments: [
            ["conv*"], ["conv1"], ["conv2.kernel"], ["*.bias"], ["dense1"], ["conv1.kernel", "dense*.kernel"],
            ["conv2"],
        ] as [[NamePattern]])
    func whatIsLearntHasTheSameGradients(frozen: [NamePattern]) throws {
        let all = try gradients(Self.model)
        let some = try gradients(Self.model.freezing(frozen))
        let learnt = Self.model.parameterLayout.entries.map(\.name).filter { name in
            !frozen.contains { $0.matches(parameter: name) }
        }
        #expect(some.keys.sorted() == learnt.sorted())
        #expect(!learnt.isEmpty)
        for (name, gradient) in some { #expect(gradient == all[name], "\(name)") }
    }

    /// The bias of a frozen kernel is summed by itself.
    @Test func aBiasIsLearntWithoutItsKernel() throws {
        let model = Sequential(input: [6, 6, 2]) {
            Conv2D(3, kernel: 3)
            Activation(.gelu)
            Flatten()
            Dense(3, activation: .softmax)
        }
        let (all, some) = (try gradients(model), try gradients(model.freezing(["conv1.kernel"])))
        let (expected, found) = (try #require(all["conv1.bias"]), try #require(some["conv1.bias"]))
        for (a, b) in zip(expected.scalars, found.scalars) { #expect(abs(a - b) <= 1e-14 * max(1, abs(a))) }
        #expect(some["dense1.kernel"] == all["dense1.kernel"])
    }

    /// What rests has no gradient; what does not has the same as before.
    @Test(
        arguments: [
            [], ["conv1.kernel", "conv1.bias"], ["conv1.bias"], ["dense1.kernel"],
            ["conv1.kernel", "conv1.bias", "conv2.kernel", "conv2.bias", "dense1.kernel"],
        ] as [Set<String>])
    func whatRestsIsLeftOut(resting: Set<String>) throws {
        let all = try gradients(Self.model)
        let plan = plan(Self.model, batchSize: 4)
        // Resting may begin, and end, in the midst of a training.
        for names in [[], Set(all.keys), resting] {
            plan.rest(names)
            plan.forward(.normal([4, 6, 6, 2], key: RandomKey(seed: 5)), classes: [0, 1, 2, 1])
            plan.backward()
        }
        let made = try #require(plan.gradients)
        for (name, expected) in all where !resting.contains(name) { #expect(made.tensor(name) == expected, "\(name)") }
    }

    @Test func nothingRunsBackwardBeforeWhatLearns() {
        let all = plan(Self.model, batchSize: 2000).arenaBytes
        let head = plan(Self.model.freezing(["conv*", "dense1"]), batchSize: 2000).arenaBytes
        // No gradient of the first convolution's output, [4, 4, 3], is kept while the second makes its own.
        #expect(all - head >= 2000 * 4 * 4 * 3 * MemoryLayout<Double>.stride, "\(head) of \(all) bytes")
    }

    @Test func frozenParametersLieBehindTheOthers() {
        let layout = Self.model.freezing(["conv1"]).parameterLayout
        #expect(layout.entries.map(\.name) == Self.model.parameterLayout.entries.map(\.name))
        #expect(layout.parameterCount == Self.model.parameterLayout.parameterCount)
        #expect(layout.trainableParameterCount == layout.parameterCount - (3 * 3 * 2 * 3 + 3))
        for entry in layout.entries { #expect(entry.isTrainable == (entry.range.upperBound <= layout.trainableCount)) }
        #expect(layout.trainable.entries.count == layout.entries.count - 2)
        #expect(layout.trainable.count == layout.trainableCount)
    }

    @Test func patternsAreThoseOfAShell() {
        #expect(NamePattern("conv*").matches(parameter: "conv12.kernel"))
        #expect(NamePattern("conv?").matches(parameter: "conv1.bias"))
        #expect(!NamePattern("conv?").matches(parameter: "conv12.bias"))
        #expect(NamePattern("*.bias").matches(parameter: "dense1.bias"))
        #expect(!NamePattern("*.bias").matches(parameter: "dense1.kernel"))
        #expect(NamePattern("residual1").matches(parameter: "residual1.body.conv1.kernel"))
        #expect(NamePattern("dense[12]").matches(parameter: "dense2.kernel"))
        #expect(!NamePattern("dense").matches(parameter: "dense1.kernel"))
    }
}
