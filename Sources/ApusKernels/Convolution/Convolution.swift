import ApusBLAS
import ApusParallel

/// Two-dimensional convolution and its two gradients over buffers laid out as ``ConvolutionGeometry`` says.
///
/// Destinations are overwritten, never read. `workspace` holds ``workspaceCount(_:images:direction:algorithm:threads:)``
/// scalars for the pool's thread count and is free again on return. Results do not depend on the thread count.
public enum Convolution {
    /// y = bias + x ∗ filter.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>,
        bias: UnsafePointer<Scalar>?, output: UnsafeMutablePointer<Scalar>, algorithm: ConvolutionAlgorithm,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireImages(images)
        switch algorithm.serving(geometry) {
        case .naive:
            NaiveConvolution.forward(
                geometry, images: images, input: input, filter: filter, bias: bias, output: output, pool: pool)
        case .blas where geometry.isDepthwise, .fused where geometry.isDepthwise:
            DepthwiseConvolution.forward(
                geometry, images: images, input: input, filter: filter, bias: bias, output: output, pool: pool)
        case .blas:
            LoweredConvolution.forward(
                geometry, images: images, input: input, filter: filter, bias: bias, output: output,
                workspace: workspace, pool: pool)
        case .fused:
            FusedConvolution<Scalar>(geometry, images: images).forward(
                images: images, input: input, filter: filter, bias: bias, output: output, workspace: workspace,
                pool: pool)
        case .winograd:
            WinogradConvolution<Scalar>(geometry, images: images).forward(
                images: images, input: input, filter: filter, bias: bias, output: output, workspace: workspace,
                pool: pool)
        }
    }

    /// The gradient with respect to the input, from the gradient with respect to the output.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func inputGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, outputGradient: UnsafePointer<Scalar>,
        filter: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>, algorithm: ConvolutionAlgorithm,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireImages(images)
        switch algorithm.serving(geometry) {
        case .naive:
            NaiveConvolution.inputGradient(
                geometry, images: images, outputGradient: outputGradient, filter: filter,
                inputGradient: inputGradient, pool: pool)
        case .blas where geometry.isDepthwise, .fused where geometry.isDepthwise:
            DepthwiseConvolution.inputGradient(
                geometry, images: images, outputGradient: outputGradient, filter: filter,
                inputGradient: inputGradient, pool: pool)
        case .blas:
            LoweredConvolution.inputGradient(
                geometry, images: images, outputGradient: outputGradient, filter: filter,
                inputGradient: inputGradient, workspace: workspace, pool: pool)
        case .fused:
            FusedConvolution<Scalar>(geometry, images: images).inputGradient(
                images: images, outputGradient: OutputGradient(outputGradient), filter: filter,
                inputGradient: inputGradient, workspace: workspace, pool: pool)
        case .winograd:
            WinogradConvolution<Scalar>(geometry, images: images).inputGradient(
                images: images, outputGradient: OutputGradient(outputGradient), filter: filter,
                inputGradient: inputGradient, workspace: workspace, pool: pool)
        }
    }

    /// The gradients with respect to filter and bias, summed over the images.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func filterGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: UnsafePointer<Scalar>,
        outputGradient: UnsafePointer<Scalar>, filterGradient: UnsafeMutablePointer<Scalar>,
        biasGradient: UnsafeMutablePointer<Scalar>?, algorithm: ConvolutionAlgorithm,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireImages(images)
        switch algorithm.serving(geometry) {
        case .naive:
            NaiveConvolution.filterGradient(
                geometry, images: images, input: input, outputGradient: outputGradient,
                filterGradient: filterGradient, biasGradient: biasGradient, pool: pool)
        case .blas where geometry.isDepthwise, .fused where geometry.isDepthwise:
            DepthwiseConvolution.filterGradient(
                geometry, images: images, input: input, outputGradient: outputGradient,
                filterGradient: filterGradient, biasGradient: biasGradient, workspace: workspace, pool: pool)
        case .blas:
            LoweredConvolution.filterGradient(
                geometry, images: images, input: input, outputGradient: outputGradient,
                filterGradient: filterGradient, biasGradient: biasGradient, workspace: workspace, pool: pool)
        case .fused:
            FusedConvolution<Scalar>(geometry, images: images).filterGradient(
                images: images, input: input, outputGradient: OutputGradient(outputGradient),
                filterGradient: filterGradient, biasGradient: biasGradient, workspace: workspace, pool: pool)
        case .winograd:
            WinogradConvolution<Scalar>(geometry, images: images).filterGradient(
                images: images, input: input, outputGradient: OutputGradient(outputGradient),
                filterGradient: filterGradient, biasGradient: biasGradient, workspace: workspace, pool: pool)
        }
    }

    /// Scalars of workspace that one direction needs for up to `images` images.
    package static func workspaceCount(
        _ geometry: ConvolutionGeometry, images: Int, direction: ConvolutionDirection,
        algorithm: ConvolutionAlgorithm, threads: Int
    ) -> Int {
        requireImages(images)
        return switch algorithm.serving(geometry) {
        case .naive: 0
        case .blas where geometry.isDepthwise, .fused where geometry.isDepthwise:
            DepthwiseConvolution.workspaceCount(geometry, images: images, direction: direction)
        case .blas:
            LoweredConvolution.workspaceCount(geometry, images: images, direction: direction, threads: threads)
        case .fused:
            FusedConvolution<Float>(geometry, images: images).workspaceCount(direction, threads: threads)
        case .winograd:
            WinogradConvolution<Float>(geometry, images: images).workspaceCount(direction, threads: threads)
        }
    }

    private static func requireImages(_ images: Int) {
        require(images >= 1, "Convolution: \(images) images, expected at least 1")
    }
}
