import ApusBLAS
import ApusParallel

extension Convolution {
    /// Moves the patches of one direction of a lowered convolution (im2col, or col2im for the input gradient), tile by tile
    /// as the whole convolution does, and leaves the products out. For benchmarks: what it writes means nothing.
    ///
    /// - Parameters:
    ///   - input: `[images, height, width, inputChannels]`; written by the input gradient alone.
    ///   - output: `[images, height, width, outputChannels]`; untouched.
    ///   - filter: Untouched.
    ///   - workspace: As for ``ConvolutionAlgorithm/blas``.
    @_specialize(where Scalar == Float)
    package static func movePatches<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, direction: ConvolutionDirection,
        input: UnsafeMutablePointer<Scalar>, output: UnsafeMutablePointer<Scalar>,
        filter: UnsafeMutablePointer<Scalar>, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        switch direction {
        case .forward:
            LoweredConvolution.forward(
                geometry, images: images, input: input, filter: filter, bias: nil, output: output,
                workspace: workspace, part: .patches, pool: pool)
        case .inputGradient:
            LoweredConvolution.inputGradient(
                geometry, images: images, outputGradient: output, filter: filter, inputGradient: input,
                workspace: workspace, part: .patches, pool: pool)
        case .filterGradient:
            LoweredConvolution.filterGradient(
                geometry, images: images, input: input, outputGradient: output, filterGradient: filter,
                biasGradient: nil, workspace: workspace, part: .patches, pool: pool)
        }
    }
}
