import ApusKernels
import ApusParallel
import ApusTensors

/// What layers that convolve each channel of images `[height, width, channels]` on its own have in common.
protocol DepthwiseConvolution: Layer {
    var kernel: Size2D { get }
    var multiplier: Int { get }
    var stride: Size2D { get }
    var dilation: Size2D { get }
    var padding: Padding { get }
}

extension DepthwiseConvolution {
    /// Why no such convolution takes an input, if none does.
    func depthwiseMistake(for input: Shape) -> String? {
        unless(input.rank == 3, "\(Self.self): input has shape \(input), expected [height, width, channels]")
            ?? unless(
                input[2] <= Shape.largestExtent, "\(Self.self): input has \(input[2]) channels, which are too many")
            ?? ConvolutionGeometry.mistake(
                input: Size2D(height: input[0], width: input[1]), inputChannels: input[2],
                outputChannels: input[2] * multiplier, kernel: kernel, stride: stride, dilation: dilation,
                padding: padding, groups: input[2])
    }

    /// The geometry of that convolution for an input that it takes.
    func depthwiseGeometry(for input: Shape) -> ConvolutionGeometry {
        ConvolutionGeometry(
            input: Size2D(height: input[0], width: input[1]), inputChannels: input[2],
            outputChannels: input[2] * multiplier, kernel: kernel, stride: stride, dilation: dilation,
            padding: padding, groups: input[2])
    }
}
