import ApusBLAS
import ApusKernels
import ApusNeuralNetworks
import ApusTensors
import Testing

/// Backward of every layer against central differences in Double. Rounding of a central difference with ε = 1e-5 is
/// about 1e-16 / 1e-5 = 1e-11 of the loss; 1e-6 leaves room for sums of some hundred terms.
@Suite struct GradientCheckTests {
    private func expectCorrect(
        _ layer: some Layer, _ input: Shape, samples: Int = 2, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let worst = gradientCheck(layer, input: input, samples: samples)
        #expect(worst.relativeError < 1e-6, "\(worst)", sourceLocation: sourceLocation)
        #expect(worst.relativeError >= 0, "nothing was compared", sourceLocation: sourceLocation)
    }

    @Test func convolution() {
        expectCorrect(Conv2D(4, kernel: 3), [6, 5, 3])
        expectCorrect(Conv2D(4, kernel: Size2D(height: 2, width: 3), stride: 2, padding: .same), [7, 6, 2])
        expectCorrect(Conv2D(6, kernel: 3, dilation: 2, groups: 3, bias: false), [7, 7, 3])
        expectCorrect(Conv2D(4, kernel: 3, padding: .explicit(top: 2, bottom: 0, left: 1, right: 3)), [5, 5, 4])
        expectCorrect(Conv2D(3, kernel: 3, activation: .relu), [6, 6, 2])
        expectCorrect(Conv2D(3, kernel: 1, activation: .softmax), [3, 3, 2])
    }

    @Test func dense() {
        expectCorrect(Dense(7), [5], samples: 3)
        expectCorrect(Dense(4, activation: .relu, bias: false), [6], samples: 3)
        expectCorrect(Dense(4, activation: .softmax), [6], samples: 3)
    }

    @Test func pooling() {
        expectCorrect(MaxPool2D(2), [5, 6, 3])
        expectCorrect(MaxPool2D(3, stride: 2, padding: .same), [6, 5, 2])
        expectCorrect(AveragePool2D(2), [5, 6, 3])
        expectCorrect(AveragePool2D(3, stride: 2, padding: .same), [6, 5, 2])
        expectCorrect(GlobalAveragePool2D(), [4, 3, 5])
    }

    @Test func elementwise() {
        expectCorrect(Activation(.relu), [4, 3])
        expectCorrect(Activation(.softmax), [4, 3])
        expectCorrect(Activation(.linear), [4, 3])
        expectCorrect(Flatten(), [2, 3, 2])
        expectCorrect(Dropout(0.4), [50])
        expectCorrect(SpatialDropout(0.4), [3, 3, 20])
        expectCorrect(Scale(0.3), [4, 3])
        expectCorrect(Scale(learntFrom: 2), [3, 2, 17])
    }

    static let functions: [ActivationFunction] = [
        .leakyReLU(), .leakyReLU(slope: 0), .elu(), .elu(alpha: 0.4), .gelu, .geluTanh, .silu, .sigmoid, .tanh,
    ]

    @Test(arguments: functions) func activation(_ function: ActivationFunction) {
        expectCorrect(Activation(function), [5, 7])
        expectCorrect(Dense(4, activation: function), [6], samples: 3)
        expectCorrect(Conv2D(3, kernel: 2, activation: function), [3, 4, 2])
    }

    @Test func normalization() {
        expectCorrect(BatchNorm(), [3, 2, 5], samples: 3)
        expectCorrect(BatchNorm(scale: false), [2, 2, 33], samples: 2)
        expectCorrect(BatchNorm(bias: false, ghostSize: 2), [3, 1, 4], samples: 5)
        expectCorrect(BatchNorm(scale: false, bias: false), [6], samples: 4)
        expectCorrect(BatchNorm(), [3, 70], samples: 3)
        expectCorrect(LayerNorm(), [3, 2, 5])
        expectCorrect(LayerNorm(scale: false, bias: false), [37])
        expectCorrect(LayerNorm(bias: false), [2, 18], samples: 3)
        expectCorrect(GroupNorm(groups: 2), [3, 2, 6])
        expectCorrect(GroupNorm(groups: 1, bias: false), [2, 3, 5], samples: 3)
        expectCorrect(GroupNorm(groups: 3, scale: false), [2, 2, 3])
    }

    @Test(arguments: [.relu, .gelu, .geluTanh, .silu] as [ActivationFunction])
    func activationInANormalizationsPass(_ function: ActivationFunction) {
        expectCorrect(
            Chain {
                BatchNorm(ghostSize: 2)
                Activation(function)
            }, [3, 2, 5], samples: 4)
    }

    @Test func otherConvolutions() {
        expectCorrect(DepthwiseConv2D(kernel: 3, multiplier: 2, stride: 2, padding: .same), [5, 6, 3])
        expectCorrect(DepthwiseConv2D(kernel: 2, multiplier: 3), [4, 4, 1])
        expectCorrect(SeparableConv2D(4, kernel: 3, multiplier: 2, activation: .gelu), [5, 4, 3])
        expectCorrect(Conv2DTranspose(4, kernel: 3, stride: 2, padding: .same), [3, 4, 2])
        expectCorrect(Conv2DTranspose(3, kernel: 2, stride: 3, bias: false), [3, 2, 2])
        expectCorrect(Conv2DTranspose(2, kernel: 3, dilation: 2, activation: .tanh), [4, 3, 3])
    }

    @Test func rearrangement() {
        expectCorrect(GlobalMaxPool2D(), [4, 3, 5])
        expectCorrect(Permute([2, 0, 1]), [2, 3, 4])
        expectCorrect(Permute([1, 0]), [3, 5])
        expectCorrect(Reshape([3, -1]), [2, 3, 2])
        expectCorrect(UpSampling2D(3), [2, 3, 2])
        expectCorrect(UpSampling2D(Size2D(height: 2, width: 3), interpolation: .bilinear), [3, 2, 2])
        expectCorrect(ZeroPadding2D(top: 2, bottom: 0, left: 1, right: 3), [2, 3, 2])
        expectCorrect(Cropping2D(top: 1, bottom: 0, left: 2, right: 1), [3, 5, 2])
    }

    @Test func ownLayerWorksLikeTheOthers() {
        expectCorrect(Squaring(), [7])
        expectCorrect(Gain(), [2, 3])
    }

    @Test func noticesAWrongGradient() {
        #expect(gradientCheck(Squaring(factor: 3), input: [7]).relativeError > 0.1)
    }
}

/// y = x², written as a user would: with spans alone. A `factor` other than 2 makes its gradient wrong.
private struct Squaring: Layer {
    static let kind = "square"
    var name: String?
    var factor = 2.0

    func outputShape(for input: Shape) -> Shape { input }

    func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(input.shape)
        builder.add(SquaringStep<Scalar>(input: input, output: output, factor: Scalar(factor)))
        return output
    }
}

private struct SquaringStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value
    let factor: Scalar

    var operation: String { "square" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }
    var keptForBackward: [Value] { [input] }

    func forward(_ run: StepRun<Scalar>) {
        let x = run.contents(of: input)
        var y = run.mutableContents(of: output)
        for index in x.indices { y[index] = x[index] * x[index] }
    }

    func backward(_ run: StepRun<Scalar>) {
        let x = run.contents(of: input)
        let dy = run.gradient(of: output)
        var dx = run.mutableGradient(of: input)
        for index in x.indices { dx[index] = factor * x[index] * dy[index] }
    }
}

/// y = gain · x with one learnt gain.
private struct Gain: Layer {
    static let kind = "gain"
    var name: String?

    func outputShape(for input: Shape) -> Shape { input }

    func parameters(for input: Shape) -> [ParameterDeclaration] {
        [ParameterDeclaration("gain", shape: [1], initializer: .ones)]
    }

    func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(input.shape)
        builder.add(GainStep<Scalar>(input: input, output: output, gain: builder.parameter("gain")))
        return output
    }
}

private struct GainStep<Scalar: BLASScalar>: Step {
    let input: Value
    let output: Value
    let gain: Parameter

    var operation: String { "gain" }
    var inputs: [Value] { [input] }
    var outputs: [Value] { [output] }

    func forward(_ run: StepRun<Scalar>) {
        let x = run.contents(of: input)
        let gain = run.contents(of: gain)[0]
        var y = run.mutableContents(of: output)
        for index in x.indices { y[index] = gain * x[index] }
    }

    func backward(_ run: StepRun<Scalar>) {
        let x = run.contents(of: input)
        let factor = run.contents(of: gain)[0]
        let dy = run.gradient(of: output)
        var dx = run.mutableGradient(of: input)
        var dgain: Scalar = 0
        for index in x.indices {
            dx[index] = factor * dy[index]
            dgain += x[index] * dy[index]
        }
        var gradient = run.mutableGradient(of: gain)
        gradient[0] = dgain
    }
}
