import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// Ten steps of every optimizer with gradients and rates that change, against PyTorch, Keras and the published code of Muon
/// (`Tests/Support/reference/optimizers.py`).
@Suite struct OptimizerReferenceTests {
    static let cases: [(name: String, optimizer: any Optimizer)] = [
        ("sgd", SGD(learningRate: 0.1)),
        ("sgd_momentum", SGD(learningRate: 0.1, momentum: 0.9, momentumForm: .pyTorch)),
        (
            "sgd_nesterov_decay",
            SGD(learningRate: 0.1, momentum: 0.85, nesterov: true, momentumForm: .pyTorch, weightDecay: 0.03)
        ),
        (
            "sgd_decoupled",
            SGD(learningRate: 0.1, momentum: 0.9, momentumForm: .pyTorch, weightDecay: 0.03, decouplesDecay: true)
        ),
        ("sgd_keras_momentum", SGD(learningRate: 0.1, momentum: 0.9)),
        ("sgd_keras_nesterov", SGD(learningRate: 0.1, momentum: 0.9, nesterov: true)),
        ("adam", Adam(learningRate: 0.02)),
        ("adamw", AdamW(learningRate: 0.02, epsilon: 1e-3, weightDecay: 0.3)),
        ("rmsprop", RMSprop(learningRate: 0.02)),
        ("rmsprop_all", RMSprop(learningRate: 0.02, decay: 0.8, momentum: 0.7, epsilon: 1e-3, isCentered: true)),
        ("adagrad", Adagrad(learningRate: 0.1)),
        ("adagrad_from_zero", Adagrad(learningRate: 0.1, initialSum: 0)),
        (
            "lookahead",
            Lookahead(SGD(learningRate: 0.1, momentum: 0.9, momentumForm: .pyTorch), interval: 3, share: 0.6)
        ),
        (
            "groups",
            ParameterGroups(
                [
                    .init(
                        "conv1.kernel",
                        SGD(learningRate: 0.05, momentum: 0.5, momentumForm: .pyTorch, weightDecay: 0.1)),
                    .init(
                        "*.bias", SGD(learningRate: 0.2),
                        schedule: PiecewiseLinearSchedule.toZero(over: .fraction(0.5))),
                    // Comes too late for any bias.
                    .init("conv1", SGD(learningRate: 77)),
                ], rest: SGD(learningRate: 0.01, momentum: 0.9, momentumForm: .pyTorch))
        ),
        (
            "muon",
            ParameterGroups([.init("*.bias", SGD(learningRate: 0.02))], rest: Muon(weightDecay: 0.1))
        ),
        (
            "muon_airbench",
            ParameterGroups(
                [
                    .init(
                        "*.kernel",
                        Muon(
                            learningRate: 0.24, momentum: 0.6, orthogonalization: Orthogonalization(iterations: 3),
                            scalesByShape: false, normalizesWeights: true))
                ], rest: SGD(learningRate: 0.24))
        ),
    ]

    private let file: SafetensorsFile
    private let model = Sequential(input: [3, 3, 4]) {
        Conv2D(6, kernel: 3)
        Flatten()
        Dense(8)
    }

    init() throws { file = try SafetensorsFile(path: Fixture.path("optimizers.safetensors")) }

    private func buffer(_ prefix: String, step: Int? = nil) throws -> ParameterBuffer<Float> {
        let buffer = ParameterBuffer<Float>(model.parameterLayout)
        for entry in model.parameterLayout.entries {
            let values: Tensor<Float> = try file.tensor(named: "\(prefix).\(entry.name)")
            let start = (step ?? 0) * entry.shape.count
            buffer.set(
                entry.name,
                to: Tensor(shape: entry.shape, scalars: Array(values.scalars[start...].prefix(entry.shape.count))))
        }
        return buffer
    }

    /// The weights after ten steps. A fresh update for each step, or one that is moved from step to step, is the same.
    private func run(_ optimizer: any Optimizer, threads: Int = 1) throws -> ParameterBuffer<Float> {
        let factors = try file.scalars(named: "factors", as: Double.self)
        let parameters = try buffer("initial")
        let state = optimizer.stateNames.map { _ in ParameterBuffer<Float>(model.parameterLayout) }
        let pool = WorkerPool(threads: threads)
        for step in 0..<10 {
            optimizer.update(
                OptimizerUpdate(
                    parameters, gradients: try buffer("gradients", step: step), state: state, step: step + 1,
                    rateFactor: factors[step], position: SchedulePosition(step: step, stepsPerEpoch: 10, epochs: 1),
                    pool: pool))
        }
        return parameters
    }

    private func expect(_ found: ParameterBuffer<Float>, _ name: String) throws {
        for entry in model.parameterLayout.entries {
            let expected: Tensor<Float> = try file.tensor(named: "\(name).\(entry.name)")
            expectClose(try #require(found.tensor(entry.name)), expected, relative: 1e-4, "\(name), \(entry.name)")
        }
    }

    @Test(arguments: cases.indices) func tenSteps(_ index: Int) throws {
        let (name, optimizer) = Self.cases[index]
        try expect(run(optimizer), name)
    }

    @Test(arguments: cases.indices) func survivesBeingWritten(_ index: Int) throws {
        let (name, optimizer) = Self.cases[index]
        let trainer = Trainer(model: model, optimizer: optimizer, pool: WorkerPool(threads: 1))
        let configuration = RunConfiguration(trainer, modelName: "test")
        let read = try JSONDecoder().decode(RunConfiguration.self, from: JSONEncoder().encode(configuration))
        #expect(type(of: read.optimizer) == type(of: optimizer))
        try expect(run(read.optimizer), name)
    }

    // MARK: Clipping

    @Test(arguments: [
        ("clip_value", GradientClipping.value(0.1)), ("clip_norm", .norm(0.7)), ("clip_global", .globalNorm(1.3)),
    ]) func clipping(_ name: String, _ clipping: GradientClipping) throws {
        let gradients = try buffer("gradients", step: 0)
        clipping.apply(to: gradients, pool: WorkerPool(threads: 2))
        try expect(gradients, name)
        let read = try JSONDecoder().decode(GradientClipping.self, from: JSONEncoder().encode(clipping))
        #expect(read == clipping)
    }

    @Test func smallGradientsAreLeftAlone() throws {
        for clipping in [GradientClipping.value(100), .norm(100), .globalNorm(100)] {
            let (gradients, before) = (try buffer("gradients", step: 0), try buffer("gradients", step: 0))
            clipping.apply(to: gradients, pool: WorkerPool(threads: 1))
            for entry in model.parameterLayout.entries {
                #expect(gradients.tensor(entry.name) == before.tensor(entry.name))
            }
        }
    }

    /// So that it shows in the loss.
    @Test func clippingLeavesWhatIsNoNumber() throws {
        let gradients = try buffer("gradients", step: 0)
        gradients.pointer[0] = .nan
        GradientClipping.value(0.1).apply(to: gradients, pool: WorkerPool(threads: 1))
        #expect(gradients.pointer[0].isNaN)
    }

    // MARK: Wrappers

    /// A slow weight that follows all the way at every step is the fast one, to the last bit.
    @Test func lookaheadOfOneStepIsTheOptimizer() throws {
        for base in [AdamW(learningRate: 0.02), SGD(learningRate: 0.1, momentum: 0.9)] as [any Optimizer] {
            let (plain, wrapped) = (try run(base), try run(Lookahead(base, interval: 1, share: 1)))
            for entry in model.parameterLayout.entries {
                #expect(plain.tensor(entry.name) == wrapped.tensor(entry.name))
            }
        }
    }

    @Test func oneGroupForAllIsTheOptimizer() throws {
        let optimizer = AdamW(learningRate: 0.02)
        let plain = try run(optimizer)
        let groups = [ParameterGroups([.init("*", optimizer)], rest: SGD()), ParameterGroups([], rest: optimizer)]
        for grouped in groups {
            let found = try run(grouped)
            for entry in model.parameterLayout.entries {
                #expect(plain.tensor(entry.name) == found.tensor(entry.name))
            }
        }
    }

    @Test func groupsShareStateOfOneName() {
        let groups = ParameterGroups(
            [.init("a", Muon()), .init("b", Adam())], rest: Lookahead(SGD(momentum: 0.9)))
        #expect(groups.stateNames == ["momentum", "first_moment", "second_moment", "slow_weights"])
    }

    @Test func ratesOfGroupsKeepTheirRatios() {
        var groups = ParameterGroups([.init("a", SGD(learningRate: 0.3))], rest: SGD(learningRate: 0.1))
        groups.learningRate = 0.2
        #expect(abs(groups.groups[0].optimizer.learningRate - 0.6) < 1e-15 && groups.rest.learningRate == 0.2)
    }

    // MARK: Files and mistakes

    @Test func filesOfBeforeThereWereOptionsAreRead() throws {
        let old = Data(#"{"optimizer":"SGD","learningRate":0.1,"momentum":0.9,"nesterov":true}"#.utf8)
        let sgd = try JSONDecoder().decode(SGD.self, from: old)
        #expect(sgd.momentum == 0.9 && sgd.nesterov && sgd.momentumForm == .keras && sgd.weightDecay == 0)
        #expect(!sgd.decouplesDecay)
    }

    @Test func muonOfABiasIsAMistake() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let model = Sequential(input: [3]) { Dense(2) }
            let buffer = ParameterBuffer<Float>(model.parameterLayout)
            Muon().update(
                OptimizerUpdate(buffer, gradients: buffer, state: [buffer], step: 1, pool: WorkerPool(threads: 1)))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("Muon: dense1.bias has shape [2], expected a matrix"))
    }
}
