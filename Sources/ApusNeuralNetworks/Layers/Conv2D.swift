import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Two-dimensional convolution (cross-correlation, as in every framework) of images `[height, width, channels]`:
///
///     y[h, w, o] = activation(bias[o] + Σ x[h·stride + i·dilation − top, w·stride + j·dilation − left, c] · kernel[i, j, c, o])
///
/// Parameters: `kernel` `[kernelHeight, kernelWidth, channels / groups, filters]` and `bias` `[filters]`.
public struct Conv2D: Layer {
    /// Automatic names begin with "conv".
    public static let kind = "conv"
    /// The name given by the user, if any.
    public let name: String?
    /// Number of output channels.
    public let filters: Int
    /// Extent of the kernel.
    public let kernel: Size2D
    /// Step between neighbouring outputs, in pixels.
    public let stride: Size2D
    /// Distance between neighbouring taps of the kernel, in pixels.
    public let dilation: Size2D
    /// What surrounds the image.
    public let padding: Padding
    /// Number of groups into which input and output channels are cut; each group sees its own channels only.
    public let groups: Int
    /// Whether a bias is added.
    public let usesBias: Bool
    /// Applied to the result.
    public let activation: ActivationFunction
    /// How the kernel begins.
    public let kernelInitializer: Initializer
    /// How the bias begins.
    public let biasInitializer: Initializer
    /// What keeps the kernel small, if anything.
    public let kernelRegularizer: Regularizer?

    /// A convolution with Keras's defaults.
    public init(
        _ filters: Int, kernel: Size2D, stride: Size2D = 1, dilation: Size2D = 1, padding: Padding = .valid,
        groups: Int = 1, activation: ActivationFunction = .linear, bias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, name: String? = nil
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.groups = groups
        self.usesBias = bias
        self.activation = activation
        self.kernelInitializer = kernelInitializer
        self.biasInitializer = biasInitializer
        self.kernelRegularizer = kernelRegularizer
        self.name = name
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == 3, "Conv2D: input has shape \(input), expected [height, width, channels]")
            ?? ConvolutionGeometry.mistake(
                input: Size2D(height: input[0], width: input[1]), inputChannels: input[2], outputChannels: filters,
                kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups)
    }

    /// The convolution's geometry for an input `[height, width, channels]`.
    public func geometry(for input: Shape) -> ConvolutionGeometry {
        requireFit(input)
        return ConvolutionGeometry(
            input: Size2D(height: input[0], width: input[1]), inputChannels: input[2], outputChannels: filters,
            kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups)
    }

    /// `[output height, output width, filters]`, as the geometry says.
    public func outputShape(for input: Shape) -> Shape {
        let output = geometry(for: input).output
        return [output.height, output.width, filters]
    }

    /// `kernel` and, with a bias, `bias`.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        let shape = geometry(for: input).filterShape
        let kernel = ParameterDeclaration(
            "kernel", shape: shape, initializer: kernelInitializer, regularizer: kernelRegularizer)
        let bias = ParameterDeclaration("bias", shape: [filters], initializer: biasInitializer)
        return usesBias ? [kernel, bias] : [kernel]
    }

    /// This one.
    public func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] {
        [("", geometry(for: input))]
    }

    /// Adds the convolution and its activation.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        let geometry = geometry(for: input.shape)
        builder.add(
            ConvolutionStep<Scalar>(
                geometry: geometry, input: input, output: output, kernel: builder.parameter("kernel"),
                bias: usesBias ? builder.parameter("bias") : nil,
                algorithms: ConvolutionAlgorithms(
                    builder.algorithm, for: geometry, images: builder.batchSize, table: builder.algorithmTable,
                    precision: builder.precision),
                setting: .init(
                    batchSize: builder.batchSize, isTraining: builder.isTraining, precision: builder.precision,
                    threads: builder.threads)))
        return activation.lower(output, into: &builder)
    }
}
