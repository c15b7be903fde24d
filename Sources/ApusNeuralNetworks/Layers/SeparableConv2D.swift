import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// A convolution of each channel on its own (see ``DepthwiseConv2D``), then one of 1×1 taps over all of them: `filters`
/// output channels for far fewer products than ``Conv2D``'s (Chollet 2017).
///
/// Parameters: `depthwise` `[kernelHeight, kernelWidth, 1, channels · multiplier]`, `pointwise` `[1, 1, channels ·
/// multiplier, filters]` and `bias` `[filters]`.
public struct SeparableConv2D: Layer, DepthwiseConvolution {
    /// Automatic names begin with "separable".
    public static let kind = "separable"
    /// The name given by the user, if any.
    public let name: String?
    /// Number of output channels.
    public let filters: Int
    /// Extent of the kernel.
    public let kernel: Size2D
    /// Channels between the two convolutions for each input channel.
    public let multiplier: Int
    /// Step between neighbouring outputs, in pixels.
    public let stride: Size2D
    /// Distance between neighbouring taps of the kernel, in pixels.
    public let dilation: Size2D
    /// What surrounds the image.
    public let padding: Padding
    /// Whether a bias is added.
    public let usesBias: Bool
    /// Applied to the result.
    public let activation: ActivationFunction
    /// How the kernels begin.
    public let kernelInitializer: Initializer
    /// How the bias begins.
    public let biasInitializer: Initializer

    /// A convolution with Keras's defaults.
    public init(
        _ filters: Int, kernel: Size2D, multiplier: Int = 1, stride: Size2D = 1, dilation: Size2D = 1,
        padding: Padding = .valid, activation: ActivationFunction = .linear, bias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros, name: String? = nil
    ) {
        self.filters = filters
        self.kernel = kernel
        self.multiplier = multiplier
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.usesBias = bias
        self.activation = activation
        self.kernelInitializer = kernelInitializer
        self.biasInitializer = biasInitializer
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            [filters, multiplier].allSatisfy((1...Shape.largestExtent).contains),
            "SeparableConv2D: \(filters) filters and multiplier \(multiplier), expected 1 to \(Shape.largestExtent) each"
        )
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        depthwiseMistake(for: input) ?? pointwiseMistake(for: depthwiseGeometry(for: input))
    }

    private func pointwiseMistake(for depthwise: ConvolutionGeometry) -> String? {
        ConvolutionGeometry.mistake(
            input: depthwise.output, inputChannels: depthwise.outputChannels, outputChannels: filters, kernel: 1)
    }

    /// The geometries of both convolutions for an input `[height, width, channels]`.
    public func geometries(
        for input: Shape
    ) -> (depthwise: ConvolutionGeometry, pointwise: ConvolutionGeometry) {
        requireFit(input)
        let depthwise = depthwiseGeometry(for: input)
        let pointwise = ConvolutionGeometry(
            input: depthwise.output, inputChannels: depthwise.outputChannels, outputChannels: filters, kernel: 1)
        return (depthwise, pointwise)
    }

    /// `[output height, output width, filters]`.
    public func outputShape(for input: Shape) -> Shape {
        let output = geometries(for: input).pointwise.output
        return [output.height, output.width, filters]
    }

    /// `depthwise`, `pointwise` and, with a bias, `bias`.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        let geometries = geometries(for: input)
        let kernels = [("depthwise", geometries.depthwise), ("pointwise", geometries.pointwise)].map {
            ParameterDeclaration($0, shape: $1.filterShape, initializer: kernelInitializer)
        }
        return usesBias
            ? kernels + [ParameterDeclaration("bias", shape: [filters], initializer: biasInitializer)] : kernels
    }

    /// Both.
    public func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] {
        let geometries = geometries(for: input)
        return [("depthwise", geometries.depthwise), ("pointwise", geometries.pointwise)]
    }

    /// Adds both convolutions and the activation.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let geometries = geometries(for: input.shape)
        let between = builder.convolve(input, geometries.depthwise, kernel: "depthwise", bias: nil)
        let output = builder.convolve(
            between, geometries.pointwise, kernel: "pointwise", bias: usesBias ? "bias" : nil)
        return activation.lower(output, into: &builder)
    }
}
