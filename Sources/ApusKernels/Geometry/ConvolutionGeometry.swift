import ApusParallel
import ApusTensors

/// Everything that follows from the shapes of a two-dimensional convolution
///
///     y[n, h, w, o] = bias[o] + Σ x[n, h·stride + i·dilation − top, w·stride + j·dilation − left, c] · filter[i, j, c, o]
///
/// with images `[images, height, width, channels]` (NHWC) and filters `[height, width, inputChannels / groups,
/// outputChannels]` (HWIO). Output channel o sees the input channels of its group alone: group g of G has input channels
/// `g·inputChannels/G ..< (g+1)·inputChannels/G`, and output channels cut in the same way.
///
/// As a matrix product ("High Performance Convolutional Neural Networks for Document Processing", Chellapilla et al.
/// 2006) each group is M×K times K×N, with one row per output pixel and one column per tap and input channel.
///
/// Shapes that do not fit stop the program when the geometry is made, so kernels need not look again.
public struct ConvolutionGeometry: Hashable, Sendable {
    /// Extent of an input image.
    public let input: Size2D
    /// Channels of an input image.
    public let inputChannels: Int
    /// Channels of an output image.
    public let outputChannels: Int
    /// Extent of the kernel, in taps.
    public let kernel: Size2D
    /// Step between neighbouring outputs, in input pixels.
    public let stride: Size2D
    /// Distance between neighbouring taps, in input pixels; 1 is dense.
    public let dilation: Size2D
    /// What surrounds the input.
    public let padding: Padding
    /// Groups into which channels are cut.
    public let groups: Int

    private(set) var rows: SlidingAxis
    private(set) var columns: SlidingAxis

    /// A geometry for given shapes.
    ///
    /// - Precondition: All extents are at least 1 and at most 2²⁴, `groups` divides both channel counts, explicit padding is not
    ///   negative, the dilated kernel fits into the padded input, and no tensor has more elements than an `Int` counts.
    public init(
        input: Size2D, inputChannels: Int, outputChannels: Int, kernel: Size2D, stride: Size2D = 1,
        dilation: Size2D = 1, padding: Padding = .valid, groups: Int = 1
    ) {
        let mistake = Self.mistake(
            input: input, inputChannels: inputChannels, outputChannels: outputChannels, kernel: kernel, stride: stride,
            dilation: dilation, padding: padding, groups: groups)
        if let mistake { callerMistake(mistake) }
        self.input = input
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.groups = groups
        (rows, columns) = Self.axes(input, kernel, stride, dilation, padding)
    }

    private static func axes(
        _ input: Size2D, _ kernel: Size2D, _ stride: Size2D, _ dilation: Size2D, _ padding: Padding
    ) -> (rows: SlidingAxis, columns: SlidingAxis) {
        let widths = padding.rowsAndColumns
        let rows = SlidingAxis(
            input: input.height, taps: kernel.height, stride: stride.height, dilation: dilation.height,
            padding: widths?.rows)
        let columns = SlidingAxis(
            input: input.width, taps: kernel.width, stride: stride.width, dilation: dilation.width,
            padding: widths?.columns)
        return (rows, columns)
    }

    /// Why there is no convolution of these shapes, `nil` where there is: the preconditions of
    /// ``init(input:inputChannels:outputChannels:kernel:stride:dilation:padding:groups:)`` for shapes that come from outside.
    public static func mistake(
        input: Size2D, inputChannels: Int, outputChannels: Int, kernel: Size2D, stride: Size2D = 1,
        dilation: Size2D = 1, padding: Padding = .valid, groups: Int = 1
    ) -> String? {
        for (name, size) in [("input", input), ("kernel", kernel), ("stride", stride), ("dilation", dilation)] {
            if let mistake = size.mistake("Convolution: \(name)") { return mistake }
        }
        return unless(
            min(inputChannels, outputChannels, groups) >= 1,
            "Convolution: \(inputChannels) input channels, \(outputChannels) output channels, \(groups) groups, "
                + "expected at least 1 each")
            ?? unless(
                inputChannels.isMultiple(of: groups) && outputChannels.isMultiple(of: groups),
                "Convolution: \(groups) groups do not divide \(inputChannels) input and \(outputChannels) output channels"
            )
            ?? padding.mistake("Convolution")
            ?? mistake(
                in: axes(input, kernel, stride, dilation, padding),
                filter: [kernel.height, kernel.width, inputChannels / groups, outputChannels],
                "kernel \(kernel) with dilation \(dilation)", "input \(input) with padding \(padding)")
    }

    private static func mistake(
        in axes: (rows: SlidingAxis, columns: SlidingAxis), filter: [Int], _ kernel: String, _ input: String
    ) -> String? {
        unless(
            axes.rows.output >= 1 && axes.columns.output >= 1,
            "Convolution: \(kernel) spans \(axes.rows.extent)×\(axes.columns.extent), more than \(input)")
            // Multiply-adds of an image, and with it every tensor and matrix, doubled as in flops(images:).
            ?? unless(
                Shape(exactly: [2, axes.rows.output, axes.columns.output] + filter) != nil,
                "Convolution: filter \(filter) over \(axes.rows.output)×\(axes.columns.output) pixels is too large")
    }

    /// Extent of an output image.
    public var output: Size2D { Size2D(height: rows.output, width: columns.output) }
    /// Rows of padding above the input.
    public var padTop: Int { rows.before }
    /// Columns of padding left of the input.
    public var padLeft: Int { columns.before }
    /// Input channels of one group.
    public var groupInputChannels: Int { inputChannels / groups }
    /// Output channels of one group.
    public var groupOutputChannels: Int { outputChannels / groups }
    /// Whether each input channel is convolved on its own.
    public var isDepthwise: Bool { groups == inputChannels && groups > 1 }

    /// Inputs that one output sees, kernelHeight · kernelWidth · inputChannels / groups: K of each group's product.
    public var patchSize: Int { kernel.area * groupInputChannels }

    /// M, N and K of the product of each group: Y[M×N] = patches[M×K] · filter[K×N].
    public func product(images: Int) -> (m: Int, n: Int, k: Int) {
        (images * output.area, groupOutputChannels, patchSize)
    }

    /// Floating-point operations of one direction, 2 per multiply-add, taps on padding included.
    public func flops(images: Int) -> Int {
        2 * images * output.area * outputChannels * patchSize
    }

    /// Multiply-adds of one direction without those of taps on padding.
    public func multiplyAddsOnPixels(images: Int) -> Int {
        let taps = [rows, columns].map { axis in (0..<axis.output).reduce(0) { $0 + axis.taps(insideFor: $1).count } }
        return images * taps[0] * taps[1] * groupInputChannels * outputChannels
    }

    /// The same convolution without a last line or column of the output that 2×2 windows leave over.
    var croppedToWindows: ConvolutionGeometry {
        var cropped = self
        cropped.rows.output = rows.output / 2 * 2
        cropped.columns.output = columns.output / 2 * 2
        return cropped
    }

    /// The same convolution as seen by pairs of neighbouring output columns: the stride is twice as long, the padding left
    /// and right belongs to the image, and an odd last column is half a pair.
    var ofColumnPairs: ConvolutionGeometry {
        let pairs = (output.width + 1) / 2
        var paired = ConvolutionGeometry(
            input: Size2D(height: input.height, width: columns.extent + 2 * stride.width * (pairs - 1)),
            inputChannels: inputChannels, outputChannels: outputChannels, kernel: kernel,
            stride: Size2D(height: stride.height, width: 2 * stride.width), dilation: dilation,
            padding: .explicit(top: padTop, bottom: rows.after, left: 0, right: 0), groups: groups)
        paired.rows.output = rows.output
        return paired
    }

    /// `[kernelHeight, kernelWidth, inputChannels / groups, outputChannels]`.
    public var filterShape: Shape { [kernel.height, kernel.width, groupInputChannels, outputChannels] }

    /// `[images, height, width, inputChannels]`.
    public func inputShape(images: Int) -> Shape { [images, input.height, input.width, inputChannels] }

    /// `[images, height, width, outputChannels]`.
    public func outputShape(images: Int) -> Shape { [images, output.height, output.width, outputChannels] }

    /// Scalars of one input image.
    var inputCount: Int { input.area * inputChannels }
    /// Scalars of one output image.
    var outputCount: Int { output.area * outputChannels }
    /// Scalars of the filter.
    var filterCount: Int { patchSize * outputChannels }
}
