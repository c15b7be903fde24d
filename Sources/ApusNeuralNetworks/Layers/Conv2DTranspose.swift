import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Transposed convolution of images `[height, width, channels]`: forward is the input gradient of the convolution that
/// makes an image of this layer's input's size from one of its output's (Dumoulin and Visin 2016).
///
/// Along each axis the output has
///
///     valid:  (input − 1) · stride + extent + outputPadding
///     same:   (input − 1) · stride + extent − 2 · ⌊kernel / 2⌋ + outputPadding
///
/// pixels with extent = (kernel − 1) · dilation + 1, where outputPadding, if it is not given, is what makes it input ·
/// stride + max(extent − stride, 0) and input · stride, as in Keras.
///
/// Parameters: `kernel` `[kernelHeight, kernelWidth, filters, channels]` (Keras's order) and `bias` `[filters]`.
public struct Conv2DTranspose: Layer {
    /// Automatic names begin with "convtranspose".
    public static let kind = "convtranspose"
    /// The name given by the user, if any.
    public let name: String?
    /// Number of output channels.
    public let filters: Int
    /// Extent of the kernel.
    public let kernel: Size2D
    /// Output pixels between neighbouring input pixels.
    public let stride: Size2D
    /// Distance between neighbouring taps of the kernel, in pixels.
    public let dilation: Size2D
    /// What is cut off the output: nothing, or for `same` what makes it input · stride.
    public let padding: Padding
    /// Pixels added at the bottom and right, less than the stride.
    public let outputPadding: Size2D?
    /// Whether a bias is added.
    public let usesBias: Bool
    /// Applied to the result.
    public let activation: ActivationFunction
    /// How the kernel begins.
    public let kernelInitializer: Initializer
    /// How the bias begins.
    public let biasInitializer: Initializer

    /// A transposed convolution with Keras's defaults; padding is `valid` or `same`.
    public init(
        _ filters: Int, kernel: Size2D, stride: Size2D = 1, dilation: Size2D = 1, padding: Padding = .valid,
        outputPadding: Size2D? = nil, activation: ActivationFunction = .linear, bias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros, name: String? = nil
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.outputPadding = outputPadding
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
            padding == .valid || padding == .same, "Conv2DTranspose: padding is \(padding), expected valid or same")
            ?? unless(
                [kernel, stride, dilation].allSatisfy {
                    min($0.height, $0.width) >= 1 && max($0.height, $0.width) <= Shape.largestExtent
                },
                "Conv2DTranspose: kernel \(kernel), stride \(stride), dilation \(dilation), expected 1 to "
                    + "\(Shape.largestExtent) each")
            ?? outputPadding.flatMap {
                unless(
                    $0.height >= 0 && $0.height < stride.height && $0.width >= 0 && $0.width < stride.width,
                    "Conv2DTranspose: output padding is \($0), expected less than stride \(stride)")
            }
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == 3, "Conv2DTranspose: input has shape \(input), expected [height, width, channels]")
            ?? unless(
                max(input[0], input[1]) <= Shape.largestExtent,
                "Conv2DTranspose: input has shape \(input), expected at most \(Shape.largestExtent) rows and columns")
            ?? ConvolutionGeometry.mistake(
                input: output(for: input), inputChannels: filters, outputChannels: input[2], kernel: kernel,
                stride: stride, dilation: dilation, padding: padding)
            ?? mistake(in: uncheckedGeometry(for: input), for: input)
    }

    private func mistake(in geometry: ConvolutionGeometry, for input: Shape) -> String? {
        unless(
            geometry.output == Size2D(height: input[0], width: input[1]),
            "Conv2DTranspose: output \(geometry.input) of input \(input) is made of \(geometry.output) pixels by kernel "
                + "\(kernel), stride \(stride); choose another output padding")
    }

    private func uncheckedGeometry(for input: Shape) -> ConvolutionGeometry {
        ConvolutionGeometry(
            input: output(for: input), inputChannels: filters, outputChannels: input[2], kernel: kernel,
            stride: stride, dilation: dilation, padding: padding)
    }

    private func output(for input: Shape) -> Size2D {
        Size2D(height: length(input[0], \.height), width: length(input[1], \.width))
    }

    /// The geometry of the convolution from this layer's output to its input `[height, width, channels]`.
    public func geometry(for input: Shape) -> ConvolutionGeometry {
        requireFit(input)
        return uncheckedGeometry(for: input)
    }

    private func length(_ input: Int, _ axis: KeyPath<Size2D, Int>) -> Int {
        let (kernel, stride) = (kernel[keyPath: axis], stride[keyPath: axis])
        let extent = (kernel - 1) * dilation[keyPath: axis] + 1
        guard let outputPadding else {
            return padding == .same ? input * stride : input * stride + max(extent - stride, 0)
        }
        let cut = padding == .same ? 2 * (kernel / 2) : 0
        return (input - 1) * stride + extent - cut + outputPadding[keyPath: axis]
    }

    /// `[output height, output width, filters]`.
    public func outputShape(for input: Shape) -> Shape {
        let output = geometry(for: input).input
        return [output.height, output.width, filters]
    }

    /// `kernel` and, with a bias, `bias`.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        let shape = geometry(for: input).filterShape
        let kernel = ParameterDeclaration("kernel", shape: shape, initializer: kernelInitializer)
        let bias = ParameterDeclaration("bias", shape: [filters], initializer: biasInitializer)
        return usesBias ? [kernel, bias] : [kernel]
    }

    /// The one from the output to the input.
    public func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] {
        [("", geometry(for: input))]
    }

    /// Adds the convolution and its activation.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let geometry = geometry(for: input.shape)
        let output = builder.value(outputShape(for: input.shape))
        builder.add(
            TransposedConvolutionStep<Scalar>(
                convolution: PreparedConvolution(
                    geometry,
                    ConvolutionAlgorithms(
                        builder.algorithm, for: geometry, images: builder.batchSize, table: builder.algorithmTable),
                    batchSize: builder.batchSize, threads: builder.threads),
                input: input, output: output, kernel: builder.parameter("kernel"),
                bias: usesBias ? builder.parameter("bias") : nil, batchSize: builder.batchSize))
        return activation.lower(output, into: &builder)
    }
}
