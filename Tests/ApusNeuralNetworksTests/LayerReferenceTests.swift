import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import TestSupport
import Testing

/// Every layer forward and backward against Keras and PyTorch (`Tests/Support/reference/layers.py`), in Float, within
/// 1e-4 of the largest number of each tensor.
@Suite struct LayerReferenceTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let layers: [any Layer]

        init(_ name: String, _ layers: any Layer...) {
            testDescription = name
            self.layers = layers
        }
    }

    static let cases: [Case] = [
        Case("leaky_relu", Activation(.leakyReLU(slope: 0.2), name: "layer")),
        Case("elu", Activation(.elu(alpha: 0.7), name: "layer")),
        Case("gelu", Activation(.gelu, name: "layer")),
        Case("gelu_tanh", Activation(.geluTanh, name: "layer")),
        Case("silu", Activation(.silu, name: "layer")),
        Case("sigmoid", Activation(.sigmoid, name: "layer")),
        Case("tanh", Activation(.tanh, name: "layer")),
        Case("softmax", Activation(.softmax, name: "layer")),
        Case("batch_norm", BatchNorm(momentum: 0.8, name: "layer")),
        Case("batch_norm_bias", BatchNorm(scale: false, epsilon: 1e-5, name: "layer")),
        Case("batch_norm_scale", BatchNorm(bias: false, name: "layer")),
        Case("batch_norm_unbiased", BatchNorm(momentum: 0.9, unbiasedVariance: true, name: "layer")),
        Case("ghost_batch_norm", BatchNorm(ghostSize: 2, name: "layer"), Activation(.gelu)),
        Case("layer_norm", LayerNorm(name: "layer")),
        Case("layer_norm_plain", LayerNorm(scale: false, bias: false, epsilon: 1e-5, name: "layer")),
        Case("group_norm", GroupNorm(groups: 3, name: "layer")),
        Case("instance_norm", GroupNorm(groups: 4, epsilon: 1e-5, name: "layer")),
        Case("depthwise", DepthwiseConv2D(kernel: 3, multiplier: 2, stride: 2, padding: .same, name: "layer")),
        Case(
            "depthwise_dilated",
            DepthwiseConv2D(
                kernel: Size2D(height: 2, width: 3), dilation: 2, activation: .silu, bias: false, name: "layer")),
        Case("separable", SeparableConv2D(5, kernel: 3, multiplier: 2, padding: .same, name: "layer")),
        Case("transpose", Conv2DTranspose(4, kernel: 3, stride: 2, padding: .same, name: "layer")),
        Case(
            "transpose_valid",
            Conv2DTranspose(
                3, kernel: Size2D(height: 2, width: 4), stride: Size2D(height: 3, width: 2), name: "layer")),
        Case(
            "transpose_padded",
            Conv2DTranspose(2, kernel: 3, stride: 2, padding: .same, outputPadding: 0, name: "layer")),
        Case("transpose_dilated", Conv2DTranspose(3, kernel: 3, dilation: 2, bias: false, name: "layer")),
        Case("global_max", GlobalMaxPool2D(name: "layer")),
        Case("permute", Permute([2, 0, 1], name: "layer")),
        Case("reshape", Reshape([-1, 2, 3], name: "layer")),
        Case("upsampling", UpSampling2D(Size2D(height: 2, width: 3), name: "layer")),
        Case(
            "upsampling_bilinear",
            UpSampling2D(Size2D(height: 2, width: 3), interpolation: .bilinear, name: "layer")),
        Case("zero_padding", ZeroPadding2D(top: 1, bottom: 0, left: 2, right: 3, name: "layer")),
        Case("cropping", Cropping2D(top: 1, bottom: 0, left: 2, right: 1, name: "layer")),
        Case("scale", Scale(1.0 / 256, name: "layer")),
        Case("channel_scale", Scale(learntFrom: 1, name: "layer")),
    ]

    private let file: SafetensorsFile

    init() throws { file = try SafetensorsFile(path: Fixture.path("layers.safetensors")) }

    /// With a plan for two more samples than there are, in whose memory an earlier run has left numbers.
    @Test(arguments: cases) func agrees(_ test: Case) throws {
        let name = test.testDescription
        let input = try tensor("\(name).input")
        let output = try tensor("\(name).output")
        let slope = try tensor("\(name).output_gradient")
        let samples = input.shape[0]
        let model = Sequential(input: Shape(Array(input.shape.dropFirst())), layers: test.layers)
        #expect(Array(model.outputShape) == Array(output.shape.dropFirst()))
        let parameters = ParameterBuffer<Float>(model.parameterLayout)
        func reset() throws {
            for entry in model.parameterLayout.entries {
                guard entry.isTrainable || name != "ghost_batch_norm" else { continue }
                parameters.set(entry.name, to: try tensor("\(name).parameter.\(own(entry))"))
            }
        }
        try reset()
        let plan = ExecutionPlan<Float>(
            model, loss: MeanSquaredError(), batchSize: samples + 2, purpose: .training, parameters: parameters,
            inputHasGradient: true, pool: WorkerPool(threads: 2))
        let noise = Tensor<Float>.normal(Shape([samples + 2] + Array(model.inputShape)), key: RandomKey(seed: 1))
        plan.forward(noise, targets: Tensor(shape: Shape([samples + 2] + Array(model.outputShape)), repeating: 0))
        plan.backward()
        try reset()
        let predicted = plan.forward(input, targets: output)
        expectClose(predicted, output, relative: 1e-4, "output")

        // The loss's gradient is 2 / elements · (prediction − target).
        let targets = Tensor(
            shape: output.shape,
            scalars: zip(predicted.scalars, slope.scalars).map { $0 - $1 * Float(output.shape.count) / 2 })
        try reset()
        plan.forward(input, targets: targets)
        plan.backward()
        let gradient = (0..<input.shape.count).map { plan.inputGradientPointer[$0] }
        expectClose(
            Tensor(shape: input.shape, scalars: gradient), try tensor("\(name).input_gradient"), relative: 1e-4,
            "input gradient")
        for entry in model.parameterLayout.entries where entry.isTrainable {
            let expected = try tensor("\(name).gradient.\(own(entry))")
            if let found = plan.gradients?.tensor(entry.name) {
                expectClose(found, expected, relative: 1e-4, entry.name)
            }
        }
        try expectInference(model, parameters, name, input)
    }

    private func tensor(_ name: String) throws -> Tensor<Float> { try file.tensor(named: name) }

    /// The parameter's name within the layer.
    private func own(_ entry: ParameterLayout.Entry) -> Substring { entry.name.dropFirst("layer.".count) }

    /// Running statistics after the step and what inference makes of them, where the reference has them.
    private func expectInference(
        _ model: Sequential, _ parameters: ParameterBuffer<Float>, _ name: String, _ input: Tensor<Float>
    ) throws {
        guard file.entries.contains(where: { $0.name == "\(name).inference" }) else { return }
        for entry in model.parameterLayout.entries {
            let expected = try tensor("\(name).after.\(own(entry))")
            if let found = parameters.tensor(entry.name) {
                expectClose(found, expected, relative: 1e-4, "\(entry.name) after the step")
            }
        }
        let plan = ExecutionPlan<Float>(
            model, loss: nil, batchSize: input.shape[0], purpose: .inference, parameters: parameters,
            pool: WorkerPool(threads: 2))
        expectClose(
            plan.forward(input), try tensor("\(name).inference"), relative: 1e-4, "inference")
    }
}
