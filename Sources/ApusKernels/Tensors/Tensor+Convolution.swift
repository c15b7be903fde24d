import ApusBLAS
import ApusParallel
import ApusTensors

/// The convolution of images with a filter, plus bias, as ``ConvolutionGeometry`` defines it.
///
///     let edges = convolution(image, filter: sobel, padding: .same)
///
/// - Parameters:
///   - input: `[images, height, width, inputChannels]`.
///   - filter: `[kernelHeight, kernelWidth, inputChannels / groups, outputChannels]`.
///   - bias: `[outputChannels]`, added to each output pixel; none by default.
///   - stride: Step between neighbouring outputs, in pixels.
///   - dilation: Distance between neighbouring taps, in pixels.
///   - padding: What surrounds the images.
///   - groups: Groups into which channels are cut.
///   - algorithm: How to compute it; the result differs by rounding alone.
///   - pool: The threads to compute on, the calling one by default.
/// - Returns: `[images, height, width, outputChannels]`.
/// - Precondition: The shapes fit; otherwise the program stops with both of them.
public func convolution<Scalar: BLASScalar>(
    _ input: Tensor<Scalar>, filter: Tensor<Scalar>, bias: Tensor<Scalar>? = nil, stride: Size2D = 1,
    dilation: Size2D = 1, padding: Padding = .valid, groups: Int = 1, algorithm: AlgorithmChoice = .auto,
    pool: WorkerPool = WorkerPool(threads: 1)
) -> Tensor<Scalar> {
    let geometry = convolutionGeometry(
        "convolution", input: input.shape, filter: filter.shape, stride: stride, dilation: dilation, padding: padding,
        groups: groups)
    if let bias {
        require(
            bias.shape == [geometry.outputChannels],
            "convolution: bias has shape \(bias.shape), expected [\(geometry.outputChannels)] (filter \(filter.shape))")
    }
    var output = Tensor<Scalar>(shape: geometry.outputShape(images: input.shape[0]), repeating: 0)
    let biasScalars = bias?.scalars ?? []
    output.withMutableSpan { output in
        Convolution.forward(
            geometry, images: input.shape[0], input: input.scalars.span, filter: filter.scalars.span,
            bias: biasScalars.span, output: &output,
            algorithm: algorithm.algorithm(for: geometry, direction: .forward, images: input.shape[0]), pool: pool)
    }
    return output
}

/// The gradient of a loss with respect to the input of
/// ``convolution(_:filter:bias:stride:dilation:padding:groups:algorithm:pool:)``.
///
/// - Parameters:
///   - outputGradient: The gradient with respect to the output, `[images, height, width, outputChannels]`.
///   - filter: The filter of the convolution; as are the parameters that follow.
///   - inputShape: Shape of the input, which the output's does not determine.
/// - Returns: A tensor of shape `inputShape`.
public func convolutionInputGradient<Scalar: BLASScalar>(
    _ outputGradient: Tensor<Scalar>, filter: Tensor<Scalar>, inputShape: Shape, stride: Size2D = 1,
    dilation: Size2D = 1, padding: Padding = .valid, groups: Int = 1, algorithm: AlgorithmChoice = .auto,
    pool: WorkerPool = WorkerPool(threads: 1)
) -> Tensor<Scalar> {
    let operation = "convolutionInputGradient"
    let geometry = convolutionGeometry(
        operation, input: inputShape, filter: filter.shape, stride: stride, dilation: dilation, padding: padding,
        groups: groups)
    requireOutput(operation, outputGradient.shape, geometry, inputShape, filter.shape)
    var gradient = Tensor<Scalar>(shape: inputShape, repeating: 0)
    gradient.withMutableSpan { gradient in
        Convolution.inputGradient(
            geometry, images: inputShape[0], outputGradient: outputGradient.scalars.span, filter: filter.scalars.span,
            inputGradient: &gradient,
            algorithm: algorithm.algorithm(
                for: geometry, direction: .inputGradient, images: outputGradient.shape[0]),
            pool: pool)
    }
    return gradient
}

/// The gradients of a loss with respect to filter and bias of
/// ``convolution(_:filter:bias:stride:dilation:padding:groups:algorithm:pool:)``, summed over the images.
///
/// - Parameters:
///   - outputGradient: The gradient with respect to the output, `[images, height, width, outputChannels]`.
///   - input: The input of the convolution; as are the parameters that follow.
///   - filterShape: Shape of the filter.
/// - Returns: Gradients of shape `filterShape` and `[outputChannels]`.
public func convolutionFilterGradient<Scalar: BLASScalar>(
    _ outputGradient: Tensor<Scalar>, input: Tensor<Scalar>, filterShape: Shape, stride: Size2D = 1,
    dilation: Size2D = 1, padding: Padding = .valid, groups: Int = 1, algorithm: AlgorithmChoice = .auto,
    pool: WorkerPool = WorkerPool(threads: 1)
) -> (filter: Tensor<Scalar>, bias: Tensor<Scalar>) {
    let operation = "convolutionFilterGradient"
    let geometry = convolutionGeometry(
        operation, input: input.shape, filter: filterShape, stride: stride, dilation: dilation, padding: padding,
        groups: groups)
    requireOutput(operation, outputGradient.shape, geometry, input.shape, filterShape)
    var filter = Tensor<Scalar>(shape: filterShape, repeating: 0)
    var bias = Tensor<Scalar>(shape: [geometry.outputChannels], repeating: 0)
    filter.withMutableSpan { filter in
        bias.withMutableSpan { bias in
            Convolution.filterGradient(
                geometry, images: input.shape[0], input: input.scalars.span,
                outputGradient: outputGradient.scalars.span, filterGradient: &filter, biasGradient: &bias,
                algorithm: algorithm.algorithm(
                    for: geometry, direction: .filterGradient, images: input.shape[0]), pool: pool)
        }
    }
    return (filter, bias)
}

private func convolutionGeometry(
    _ operation: String, input: Shape, filter: Shape, stride: Size2D, dilation: Size2D, padding: Padding, groups: Int
) -> ConvolutionGeometry {
    require(
        input.rank == 4 && filter.rank == 4,
        "\(operation): input has shape \(input), filter \(filter), expected [images, height, width, channels] and "
            + "[height, width, channels / groups, outputs]")
    require(
        groups >= 1 && input[3] == filter[2] * groups,
        "\(operation): input has \(input[3]) channels, filter expects \(filter[2]) in each of \(groups) groups "
            + "(input \(input), filter \(filter))")
    return ConvolutionGeometry(
        input: Size2D(height: input[1], width: input[2]), inputChannels: input[3], outputChannels: filter[3],
        kernel: Size2D(height: filter[0], width: filter[1]), stride: stride, dilation: dilation, padding: padding,
        groups: groups)
}

private func requireOutput(
    _ operation: String, _ found: Shape, _ geometry: ConvolutionGeometry, _ input: Shape, _ filter: Shape
) {
    let expected = geometry.outputShape(images: input[0])
    require(
        found == expected,
        "\(operation): output gradient has shape \(found), expected \(expected) (input \(input), filter \(filter))")
}
