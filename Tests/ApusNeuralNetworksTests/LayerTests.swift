import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import Foundation
import Testing

/// What layers do beside forward and backward.
@Suite struct LayerTests {
    private let model = Sequential(input: [8, 9, 5]) {
        ZeroPadding2D(top: 1, bottom: 0, left: 0, right: 2)
        Cropping2D(top: 0, bottom: 1, left: 1, right: 1)
        DepthwiseConv2D(kernel: 3, multiplier: 2, padding: .same, bias: false, kernelInitializer: .orthogonal())
        BatchNorm(momentum: 0.6, ghostSize: 3)
        Activation(.gelu)
        SpatialDropout(0.2)
        SeparableConv2D(12, kernel: 3, activation: .leakyReLU(slope: 0.125))
        GroupNorm(groups: 3)
        Activation(.elu(alpha: 0.5))
        UpSampling2D(2, interpolation: .bilinear)
        Conv2DTranspose(
            8, kernel: 3, stride: 2, padding: .same, activation: .silu, kernelInitializer: .uniform(limit: 0.2))
        LayerNorm()
        Scale(learntFrom: 0.5)
        Activation(.geluTanh)
        Permute([2, 0, 1])
        Reshape([-1, 24, 28])
        Permute([1, 2, 0])
        GlobalMaxPool2D()
        Dense(6, activation: .tanh, kernelInitializer: .lecunNormal)
        Scale(0.25)
        Dense(3, activation: .softmax)
    }

    // MARK: Files

    @Test func architectureSurvivesJSON() throws {
        let data = try JSONEncoder().encode(model)
        let decoded = try JSONDecoder().decode(Sequential.self, from: data)
        #expect(decoded.outputShapes == model.outputShapes)
        let sorted = { (data: Data) in try JSONSerialization.jsonObject(with: data) as? NSDictionary }
        #expect(try sorted(JSONEncoder().encode(decoded)) == sorted(data))
        let function = (decoded.layers[8] as? Activation)?.function
        #expect(function == .elu(alpha: 0.5))
    }

    @Test func marginsStandBesideTheName() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for text in [
            #"{"bottom":2,"left":3,"name":"frame","right":4,"top":1}"#, #"{"bottom":2,"left":3,"right":4,"top":1}"#,
        ] {
            let cropping = try JSONDecoder().decode(Cropping2D.self, from: Data(text.utf8))
            #expect((cropping.top, cropping.bottom, cropping.left, cropping.right) == (1, 2, 3, 4))
            #expect(String(decoding: try encoder.encode(cropping), as: UTF8.self) == text)
            let padding = try JSONDecoder().decode(ZeroPadding2D.self, from: Data(text.utf8))
            #expect((padding.top, padding.bottom, padding.left, padding.right) == (1, 2, 3, 4))
            #expect(String(decoding: try encoder.encode(padding), as: UTF8.self) == text)
        }
    }

    @Test(
        arguments: [
            (#""relu""#, .relu), (#""softmax""#, .softmax), (#""gelu_tanh""#, .geluTanh),
            (#"{"function": "leaky_relu", "slope": 0.1}"#, .leakyReLU(slope: 0.1)),
        ] as [(String, ActivationFunction)])
    func activationsAreReadAsOlderFilesHaveThem(json: String, function: ActivationFunction) throws {
        #expect(try JSONDecoder().decode(ActivationFunction.self, from: Data(json.utf8)) == function)
        let written = try JSONEncoder().encode(function)
        #expect(try JSONDecoder().decode(ActivationFunction.self, from: written) == function)
    }

    @Test(
        arguments: [
            (#""heNormal""#, .heNormal), (#""glorotUniform""#, .glorotUniform), (#""dirac""#, .dirac),
            (#"{"initializer": "constant", "value": 0.5}"#, .constant(0.5)),
        ] as [(String, Initializer)])
    func initializersAreReadAsOlderFilesHaveThem(json: String, initializer: Initializer) throws {
        #expect(try JSONDecoder().decode(Initializer.self, from: Data(json.utf8)) == initializer)
        let written = try JSONEncoder().encode(initializer)
        #expect(try JSONDecoder().decode(Initializer.self, from: written) == initializer)
    }

    @Test(arguments: [
        (#""swish""#, "unknown activation \"swish\", expected one of linear, relu"),
        (#"{"function": "elu", "alpha": -1}"#, "alpha of elu is -1.0, expected at least 0"),
        (#"{"function": "warp", "alpha": 1}"#, "unknown activation \"warp\""),
    ]) func malformedActivationsSayWhatIsExpected(json: String, message: String) {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(ActivationFunction.self, from: Data(json.utf8))
        }
        #expect("\(String(describing: error))".replacing("\\\"", with: "\"").contains(message))
    }

    // MARK: Threads

    /// Everything that training writes, on one thread and on three, in batches of two sizes.
    @Test func sameBitsOnAnyNumberOfThreads() {
        let runs = [1, 3].map { threads in
            let parameters = ParameterBuffer<Float>(model.parameterLayout)
            parameters.initialize(seed: 4)
            let plan = ExecutionPlan<Float>(
                model, loss: SparseCategoricalCrossEntropy(), batchSize: 50, purpose: .training,
                parameters: parameters, seed: 2, inputHasGradient: true, pool: WorkerPool(threads: threads))
            return [50, 7].map { samples in
                let inputs = Tensor<Float>.normal([samples, 8, 9, 5], key: RandomKey(seed: 9))
                let output = plan.forward(inputs, classes: (0..<samples).map { Int32($0 % 3) })
                plan.backward()
                let gradients = model.parameterLayout.trainable.entries.compactMap {
                    plan.gradients?.tensor($0.name)?.scalars
                }
                let running = model.parameterLayout.entries.filter { !$0.isTrainable }
                    .compactMap { parameters.tensor($0.name)?.scalars }
                let inputGradient = (0..<inputs.shape.count).map { plan.inputGradientPointer[$0] }
                return [output.scalars, inputGradient] + gradients + running
            }
        }
        #expect(runs[0] == runs[1])
        let all = runs[0].flatMap { $0.flatMap(\.self) }
        #expect(all.allSatisfy { $0.isFinite })
    }

    // MARK: Dropout

    @Test func spatialDropoutDropsWholeChannels() {
        let layer = Sequential(input: [4, 3, 40]) { SpatialDropout(0.3) }
        let parameters = ParameterBuffer<Float>(layer.parameterLayout)
        let plan = ExecutionPlan<Float>(
            layer, loss: MeanSquaredError(), batchSize: 50, purpose: .training, parameters: parameters,
            pool: WorkerPool(threads: 2))
        let ones = Tensor<Float>(shape: [50, 4, 3, 40], repeating: 1)
        let output = plan.forward(ones, targets: ones).scalars
        var dropped = 0
        for sample in 0..<50 {
            for channel in 0..<40 {
                let values = Set((0..<12).map { output[(sample * 12 + $0) * 40 + channel] })
                #expect(values.count == 1 && (values == [0] || abs((values.first ?? 0) - 1 / 0.7) < 1e-6))
                if values == [0] { dropped += 1 }
            }
        }
        // 2000 draws with a probability of 0.3: a deviation of 20.
        #expect(abs(dropped - 600) < 100)
    }

    /// Masks of a batch that is worked on in parts are those of the whole.
    @Test(arguments: [0, 1]) func masksFollowThePlaceInTheBatch(kind: Int) {
        let layer: any Layer = kind == 0 ? Dropout(0.5) : SpatialDropout(0.5)
        let network = Sequential(input: [2, 2, 5], layers: [layer])
        let parameters = ParameterBuffer<Float>(network.parameterLayout)
        let plan = ExecutionPlan<Float>(
            network, loss: MeanSquaredError(), batchSize: 8, purpose: .training, parameters: parameters,
            pool: WorkerPool(threads: 1))
        let ones = Tensor<Float>(shape: [8, 2, 2, 5], repeating: 1)
        let whole = plan.forward(ones, targets: ones).scalars
        for index in 0..<100 { plan.inputPointer[index] = 1 }
        plan.forward(samples: 5, step: 0, firstSample: 3)
        let part = (0..<100).map { plan.predictionPointer[$0] }
        #expect(part == Array(whole[60...]))
    }

    // MARK: Batch normalization

    /// Frozen, it goes by the running statistics in training, and leaves them.
    @Test func frozenBatchNormGoesByRunningStatistics() {
        let network = Sequential(input: [3, 3, 4]) {
            Conv2D(4, kernel: 1, name: "before")
            BatchNorm(name: "norm")
            Activation(.gelu)
        }.freezing(["norm"])
        let parameters = ParameterBuffer<Double>(network.parameterLayout)
        parameters.initialize(seed: 1)
        let mean = Tensor<Double>([0.5, -1, 2, 0.25])
        parameters.set("norm.mean", to: mean)
        parameters.set("norm.variance", to: Tensor<Double>([2, 0.5, 1, 3]))
        let pool = WorkerPool(threads: 1)
        let training = ExecutionPlan<Double>(
            network, loss: MeanSquaredError(), batchSize: 4, purpose: .training, parameters: parameters, pool: pool)
        let inference = ExecutionPlan<Double>(
            network, loss: nil, batchSize: 4, purpose: .inference, parameters: parameters, pool: pool)
        let inputs = Tensor<Double>.normal([4, 3, 3, 4], key: RandomKey(seed: 2))
        let zeros = Tensor<Double>(shape: [4, 3, 3, 4], repeating: 0)
        #expect(training.forward(inputs, targets: zeros) == inference.forward(inputs))
        #expect(parameters.tensor("norm.mean") == mean)
        training.backward()
        let gradient = training.gradients?.tensor("before.kernel")?.scalars ?? []
        for index in [0, 7, 15] {
            let losses = [-1e-6, 1e-6].map { step in
                let original = parameters.tensor("before.kernel")
                var moved = original?.scalars ?? []
                moved[index] += step
                parameters.set("before.kernel", to: Tensor(shape: [1, 1, 4, 4], scalars: moved))
                training.forward(inputs, targets: zeros)
                if let original { parameters.set("before.kernel", to: original) }
                return training.lossSum / 4
            }
            #expect(abs((losses[1] - losses[0]) / 2e-6 - gradient[index]) < 1e-7)
        }
    }

    // MARK: Mistakes

    struct Mistake: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let make: @Sendable () -> Void

        init(_ message: String, _ make: @escaping @Sendable () -> Void) {
            testDescription = message
            self.make = make
        }
    }

    static let mistakes: [Mistake] = [
        Mistake("GroupNorm: 4 groups do not divide the last axis of input [3, 3, 6]") {
            _ = Sequential(input: [3, 3, 6]) { GroupNorm(groups: 4) }
        },
        Mistake("BatchNorm: momentum is 1.5, expected 0 to 1") { _ = BatchNorm(momentum: 1.5) },
        Mistake("BatchNorm: ghost size is 0, expected at least 1") { _ = BatchNorm(ghostSize: 0) },
        Mistake("LayerNorm: epsilon is 0.0, expected over 0") { _ = LayerNorm(epsilon: 0) },
        Mistake("SpatialDropout: rate is 1.0, expected 0 ≤ rate < 1") { _ = SpatialDropout(1) },
        Mistake("Reshape: input [2, 3, 2] has 12 elements, which do not fit [5, -1]") {
            _ = Sequential(input: [2, 3, 2]) { Reshape([5, -1]) }
        },
        Mistake("Permute: the order is [0, 0], expected each of 0..<2 once") { _ = Permute([0, 0]) },
        Mistake("Cropping2D: [2, 2, 0, 0] (top, bottom, left, right) leave nothing of input [4, 4, 3]") {
            _ = Sequential(input: [4, 4, 3]) { Cropping2D(top: 2, bottom: 2, left: 0, right: 0) }
        },
        Mistake("ZeroPadding2D: [-1, 0, 0, 0] (top, bottom, left, right), expected none negative") {
            _ = ZeroPadding2D(top: -1, bottom: 0, left: 0, right: 0)
        },
        Mistake("Conv2DTranspose: output padding is 2×2, expected less than stride 2×2") {
            _ = Conv2DTranspose(3, kernel: 3, stride: 2, outputPadding: 2)
        },
        Mistake("DepthwiseConv2D: input has shape [4], expected [height, width, channels]") {
            _ = Sequential(input: [4]) { DepthwiseConv2D(kernel: 3) }
        },
        Mistake("UpSampling2D: factor is 0×0, expected at least 1×1") { _ = UpSampling2D(0) },
    ]

    @Test(arguments: mistakes.indices) func mistakesNameTheLayerAndTheShapes(index: Int) async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { [index] in
            Self.mistakes[index].make()
        }
        let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(errors.contains(Self.mistakes[index].testDescription), "\(errors)")
    }
}
