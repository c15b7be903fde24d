import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// One convolution with its operands, and its three results by any algorithm on any number of threads. Destinations and
/// workspace hold NaN before each run, so that a scalar which is read or left out shows.
struct ConvolutionRun<Scalar: BLASScalar> {
    let geometry: ConvolutionGeometry
    let images: Int
    var input: [Scalar]
    var filter: [Scalar]
    var bias: [Scalar]
    var outputGradient: [Scalar]

    struct Gradients: Equatable {
        var filter: [Scalar]
        var bias: [Scalar]
    }

    /// Operands that `scalar` makes, given a number of its own for each.
    init(_ geometry: ConvolutionGeometry, images: Int, scalar: (Int) -> Scalar) {
        self.geometry = geometry
        self.images = images
        var made = 0
        func array(_ count: Int) -> [Scalar] {
            made += count
            return (made - count..<made).map(scalar)
        }
        input = array(geometry.inputShape(images: images).count)
        filter = array(geometry.filterShape.count)
        bias = array(geometry.outputChannels)
        outputGradient = array(geometry.outputShape(images: images).count)
    }

    /// Operands of small integers, with which every algorithm is exact.
    static func integers(_ geometry: ConvolutionGeometry, images: Int, seed: UInt64) -> ConvolutionRun {
        let key = RandomKey(seed: seed)
        return ConvolutionRun(geometry, images: images) { Scalar(key.integer($0, below: 7) - 3) }
    }

    /// Normally distributed operands.
    static func normal(_ geometry: ConvolutionGeometry, images: Int, seed: UInt64) -> ConvolutionRun {
        let key = RandomKey(seed: seed)
        return ConvolutionRun(geometry, images: images) { Scalar(key.normal($0)) }
    }

    func output(
        _ algorithm: ConvolutionAlgorithm, usesBias: Bool = true, pool: WorkerPool, workspaceImages: Int? = nil
    ) -> [Scalar] {
        var output = notANumber(geometry.outputShape(images: images).count)
        withWorkspace(.forward, algorithm, pool, workspaceImages) { workspace in
            bias.withUnsafeBufferPointer { bias in
                Convolution.forward(
                    geometry, images: images, input: input, filter: filter,
                    bias: usesBias ? bias.baseAddress : nil, output: &output, algorithm: algorithm,
                    workspace: workspace, pool: pool)
            }
        }
        return output
    }

    func inputGradient(
        _ algorithm: ConvolutionAlgorithm, pool: WorkerPool, workspaceImages: Int? = nil
    ) -> [Scalar] {
        var gradient = notANumber(input.count)
        withWorkspace(.inputGradient, algorithm, pool, workspaceImages) { workspace in
            Convolution.inputGradient(
                geometry, images: images, outputGradient: outputGradient, filter: filter, inputGradient: &gradient,
                algorithm: algorithm, workspace: workspace, pool: pool)
        }
        return gradient
    }

    func gradients(
        _ algorithm: ConvolutionAlgorithm, pool: WorkerPool, workspaceImages: Int? = nil
    ) -> Gradients {
        var gradients = Gradients(filter: notANumber(filter.count), bias: notANumber(bias.count))
        withWorkspace(.filterGradient, algorithm, pool, workspaceImages) { workspace in
            Convolution.filterGradient(
                geometry, images: images, input: input, outputGradient: outputGradient,
                filterGradient: &gradients.filter, biasGradient: &gradients.bias, algorithm: algorithm,
                workspace: workspace, pool: pool)
        }
        return gradients
    }

    private func notANumber(_ count: Int) -> [Scalar] { [Scalar](repeating: .nan, count: count) }

    /// Lends a workspace of exactly the size that is asked for, and checks that the scalars behind it survive.
    private func withWorkspace(
        _ direction: ConvolutionDirection, _ algorithm: ConvolutionAlgorithm, _ pool: WorkerPool, _ images: Int?,
        _ body: (UnsafeMutablePointer<Scalar>) -> Void
    ) {
        let count = Convolution.workspaceCount(
            geometry, images: images ?? self.images, direction: direction, algorithm: algorithm, threads: pool.threads)
        var workspace = notANumber(count) + [Scalar](repeating: 12345, count: 64)
        workspace.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { body(start) }
        }
        require(
            workspace.suffix(64).allSatisfy { $0 == 12345 }, "\(direction) writes behind its workspace: \(geometry)")
    }
}
