import ApusBLAS
import ApusParallel

extension Convolution {
    /// y = bias + x ∗ filter, as ``ConvolutionGeometry`` defines it. Allocates its workspace.
    ///
    /// - Parameters:
    ///   - geometry: The shapes; every span must hold exactly what they say.
    ///   - images: Number of images, at least 1.
    ///   - input: x, `[images, height, width, inputChannels]`.
    ///   - filter: `[kernelHeight, kernelWidth, inputChannels / groups, outputChannels]`.
    ///   - bias: `[outputChannels]`, or an empty span for none.
    ///   - output: y, `[images, height, width, outputChannels]`, overwritten.
    ///   - algorithm: How to compute it.
    ///   - pool: The threads to compute on.
    public static func forward<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: borrowing Span<Scalar>, filter: borrowing Span<Scalar>,
        bias: borrowing Span<Scalar>, output: inout MutableSpan<Scalar>, algorithm: ConvolutionAlgorithm = .blas,
        pool: WorkerPool
    ) {
        let operation = "Convolution.forward"
        let count = workspaceCount(
            geometry, images: images, direction: .forward, algorithm: algorithm, threads: pool.threads)
        let hasBias = !bias.isEmpty
        require(
            !hasBias || bias.count == geometry.outputChannels,
            "\(operation): bias holds \(bias.count) scalars, expected \(geometry.outputChannels) or none")
        lend(&output, images * geometry.outputCount, "output", of: operation) { output in
            lend(input, images * geometry.inputCount, "input", of: operation) { input in
                lend(filter, geometry.filterCount, "filter", of: operation) { filter in
                    bias.withUnsafeBufferPointer { bias in
                        withWorkspace(count) { workspace in
                            forward(
                                geometry, images: images, input: input, filter: filter,
                                bias: hasBias ? bias.baseAddress : nil, output: output, algorithm: algorithm,
                                workspace: workspace, pool: pool)
                        }
                    }
                }
            }
        }
    }

    /// The gradient with respect to the input, `[images, height, width, inputChannels]`, overwritten. Allocates its
    /// workspace. Spans hold exactly what `geometry` says.
    public static func inputGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, outputGradient: borrowing Span<Scalar>,
        filter: borrowing Span<Scalar>, inputGradient: inout MutableSpan<Scalar>,
        algorithm: ConvolutionAlgorithm = .blas, pool: WorkerPool
    ) {
        let operation = "Convolution.inputGradient"
        let count = workspaceCount(
            geometry, images: images, direction: .inputGradient, algorithm: algorithm, threads: pool.threads)
        lend(&inputGradient, images * geometry.inputCount, "input gradient", of: operation) { result in
            lend(outputGradient, images * geometry.outputCount, "output gradient", of: operation) { outputGradient in
                lend(filter, geometry.filterCount, "filter", of: operation) { filter in
                    withWorkspace(count) { workspace in
                        Convolution.inputGradient(
                            geometry, images: images, outputGradient: outputGradient, filter: filter,
                            inputGradient: result, algorithm: algorithm, workspace: workspace, pool: pool)
                    }
                }
            }
        }
    }

    /// The gradients with respect to filter and bias, summed over the images and overwritten. Allocates its workspace.
    /// Spans hold exactly what `geometry` says.
    public static func filterGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: borrowing Span<Scalar>,
        outputGradient: borrowing Span<Scalar>, filterGradient: inout MutableSpan<Scalar>,
        biasGradient: inout MutableSpan<Scalar>, algorithm: ConvolutionAlgorithm = .blas, pool: WorkerPool
    ) {
        let operation = "Convolution.filterGradient"
        let count = workspaceCount(
            geometry, images: images, direction: .filterGradient, algorithm: algorithm, threads: pool.threads)
        lend(&filterGradient, geometry.filterCount, "filter gradient", of: operation) { result in
            lend(&biasGradient, geometry.outputChannels, "bias gradient", of: operation) { biasGradient in
                lend(input, images * geometry.inputCount, "input", of: operation) { input in
                    lend(outputGradient, images * geometry.outputCount, "output gradient", of: operation) { slope in
                        withWorkspace(count) { workspace in
                            Convolution.filterGradient(
                                geometry, images: images, input: input, outputGradient: slope, filterGradient: result,
                                biasGradient: biasGradient, algorithm: algorithm, workspace: workspace, pool: pool)
                        }
                    }
                }
            }
        }
    }
}
