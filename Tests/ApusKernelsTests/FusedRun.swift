import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// All results of a convolution with what follows it.
struct FusedResults<Scalar: BLASScalar>: Equatable {
    var output: [Scalar]
    var inputGradient: [Scalar]
    var filterGradient: [Scalar]
    var biasGradient: [Scalar]
}

/// The output gradient of a run stands for that behind the epilogue; of a pooled one its beginning is taken.
struct FusedRun<Scalar: BLASScalar> {
    let fused: FusedConvolution<Scalar>
    let images: Int
    let pool: WorkerPool

    init(
        _ geometry: ConvolutionGeometry, images: Int, epilogue: ConvolutionEpilogue, precision: Precision,
        tiles: TileSet, threads: Int = 2
    ) {
        pool = WorkerPool(threads: threads)
        fused = FusedConvolution(geometry, images: images, epilogue: epilogue, precision: precision, tiles: tiles)
        self.images = images
    }

    func results(of run: ConvolutionRun<Scalar>) -> FusedResults<Scalar> {
        let nan = Scalar.nan
        let outputCount = fused.geometry.outputShape(images: run.images).count / (fused.epilogue.pools ? 4 : 1)
        var results = FusedResults(
            output: [Scalar](repeating: nan, count: outputCount),
            inputGradient: [Scalar](repeating: nan, count: run.input.count),
            filterGradient: [Scalar](repeating: nan, count: run.filter.count),
            biasGradient: [Scalar](repeating: nan, count: run.bias.count))
        var taps = [Int8](repeating: -1, count: outputCount)
        taps.withUnsafeMutableBufferPointer { taps in
            withWorkspace(.forward) {
                fused.forward(
                    images: run.images, input: run.input, filter: run.filter, bias: run.bias,
                    output: &results.output, taps: fused.epilogue.pools ? taps.baseAddress : nil, workspace: $0,
                    pool: pool)
            }
        }
        run.outputGradient.withUnsafeBufferPointer { gradient in
            results.output.withUnsafeBufferPointer { output in
                taps.withUnsafeBufferPointer { taps in
                    guard let gradient = gradient.baseAddress else { return }
                    let outputGradient = OutputGradient(
                        gradient, rectified: fused.epilogue.rectifies ? output.baseAddress : nil,
                        taps: fused.epilogue.pools ? taps.baseAddress : nil)
                    withWorkspace(.inputGradient) {
                        fused.inputGradient(
                            images: run.images, outputGradient: outputGradient, filter: run.filter,
                            inputGradient: &results.inputGradient, workspace: $0, pool: pool)
                    }
                    withWorkspace(.filterGradient) {
                        fused.filterGradient(
                            images: run.images, input: run.input, outputGradient: outputGradient,
                            filterGradient: &results.filterGradient, biasGradient: &results.biasGradient,
                            workspace: $0, pool: pool)
                    }
                }
            }
        }
        return results
    }

    /// Lends a workspace of exactly the size that is asked for, and checks that the scalars behind it survive.
    private func withWorkspace(_ direction: ConvolutionDirection, _ body: (UnsafeMutablePointer<Scalar>) -> Void) {
        let count = fused.workspaceCount(direction, threads: pool.threads)
        var workspace = [Scalar](repeating: .nan, count: count) + [Scalar](repeating: 12345, count: 64)
        workspace.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { body(start) }
        }
        require(workspace.suffix(64).allSatisfy { $0 == 12345 }, "\(direction) writes behind its workspace")
    }
}
