import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Convolution of each channel on its own, into `multiplier` output channels each: those of channel c are c ·
/// multiplier and following.
///
/// Parameters: `kernel` `[kernelHeight, kernelWidth, 1, channels · multiplier]` (Keras's `[…, channels, multiplier]` in
/// the same order of memory) and `bias` `[channels · multiplier]`.
public struct DepthwiseConv2D: Layer, DepthwiseConvolution {
    /// Automatic names begin with "depthwise".
    public static let kind = "depthwise"
    /// The name given by the user, if any.
    public let name: String?
    /// Extent of the kernel.
    public let kernel: Size2D
    /// Output channels for each input channel.
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
    /// How the kernel begins.
    public let kernelInitializer: Initializer
    /// How the bias begins.
    public let biasInitializer: Initializer

    /// A convolution with Keras's defaults.
    public init(
        kernel: Size2D, multiplier: Int = 1, stride: Size2D = 1, dilation: Size2D = 1, padding: Padding = .valid,
        activation: ActivationFunction = .linear, bias: Bool = true, kernelInitializer: Initializer = .glorotUniform,
        biasInitializer: Initializer = .zeros, name: String? = nil
    ) {
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
            (1...Shape.largestExtent).contains(multiplier),
            "DepthwiseConv2D: multiplier is \(multiplier), expected 1 to \(Shape.largestExtent)")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? { depthwiseMistake(for: input) }

    /// The convolution's geometry for an input `[height, width, channels]`.
    public func geometry(for input: Shape) -> ConvolutionGeometry {
        requireFit(input)
        return depthwiseGeometry(for: input)
    }

    /// `[output height, output width, channels · multiplier]`.
    public func outputShape(for input: Shape) -> Shape {
        let geometry = geometry(for: input)
        return [geometry.output.height, geometry.output.width, geometry.outputChannels]
    }

    /// `kernel` and, with a bias, `bias`.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        let geometry = geometry(for: input)
        let kernel = ParameterDeclaration("kernel", shape: geometry.filterShape, initializer: kernelInitializer)
        let bias = ParameterDeclaration("bias", shape: [geometry.outputChannels], initializer: biasInitializer)
        return usesBias ? [kernel, bias] : [kernel]
    }

    /// This one.
    public func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] {
        [("", geometry(for: input))]
    }

    /// Adds the convolution and its activation.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.convolve(
            input, geometry(for: input.shape), kernel: "kernel", bias: usesBias ? "bias" : nil)
        return activation.lower(output, into: &builder)
    }
}
