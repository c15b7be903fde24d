import ApusBLAS
import ApusKernels

/// The three products of a convolution with the algorithm of each prepared when the plan is made, so that running them
/// allocates nothing.
struct PreparedConvolution<Scalar: BLASScalar> {
    let geometry: ConvolutionGeometry
    let algorithms: ConvolutionAlgorithms
    /// Scalars of workspace that any of the products needs.
    let workspaceCount: Int
    private let fused: FusedConvolution<Scalar>?
    private let winograd: WinogradConvolution<Scalar>?

    init(_ geometry: ConvolutionGeometry, _ algorithms: ConvolutionAlgorithms, batchSize: Int, threads: Int) {
        self.geometry = geometry
        self.algorithms = algorithms
        let isDense = !geometry.isDepthwise
        fused = isDense && algorithms.uses(.fused) ? FusedConvolution(geometry, images: batchSize) : nil
        winograd = algorithms.uses(.winograd) ? WinogradConvolution(geometry, images: batchSize) : nil
        workspaceCount =
            ConvolutionDirection.allCases.map { direction in
                Convolution.workspaceCount(
                    geometry, images: batchSize, direction: direction, algorithm: algorithms[direction],
                    threads: threads)
            }.max() ?? 0
    }

    func forward(
        _ run: StepRun<Scalar>, input: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>,
        output: UnsafeMutablePointer<Scalar>
    ) {
        if let fused, algorithms.forward == .fused {
            fused.forward(
                images: run.samples, input: input, filter: filter, bias: nil, output: output,
                workspace: run.workspace, pool: run.pool)
        } else if let winograd, algorithms.forward == .winograd {
            winograd.forward(
                images: run.samples, input: input, filter: filter, bias: nil, output: output,
                workspace: run.workspace, pool: run.pool)
        } else {
            Convolution.forward(
                geometry, images: run.samples, input: input, filter: filter, bias: nil, output: output,
                algorithm: algorithms.forward, workspace: run.workspace, pool: run.pool)
        }
    }

    func inputGradient(
        _ run: StepRun<Scalar>, outputGradient: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>
    ) {
        if let fused, algorithms.inputGradient == .fused {
            fused.inputGradient(
                images: run.samples, outputGradient: OutputGradient(outputGradient), filter: filter,
                inputGradient: inputGradient, workspace: run.workspace, pool: run.pool)
        } else if let winograd, algorithms.inputGradient == .winograd {
            winograd.inputGradient(
                images: run.samples, outputGradient: OutputGradient(outputGradient), filter: filter,
                inputGradient: inputGradient, workspace: run.workspace, pool: run.pool)
        } else {
            Convolution.inputGradient(
                geometry, images: run.samples, outputGradient: outputGradient, filter: filter,
                inputGradient: inputGradient, algorithm: algorithms.inputGradient, workspace: run.workspace,
                pool: run.pool)
        }
    }

    func filterGradient(
        _ run: StepRun<Scalar>, input: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>,
        filterGradient: UnsafeMutablePointer<Scalar>
    ) {
        if let fused, algorithms.filterGradient == .fused {
            fused.filterGradient(
                images: run.samples, input: input, outputGradient: OutputGradient(outputGradient),
                filterGradient: filterGradient, biasGradient: nil, workspace: run.workspace, pool: run.pool)
        } else if let winograd, algorithms.filterGradient == .winograd {
            winograd.filterGradient(
                images: run.samples, input: input, outputGradient: OutputGradient(outputGradient),
                filterGradient: filterGradient, biasGradient: nil, workspace: run.workspace, pool: run.pool)
        } else {
            Convolution.filterGradient(
                geometry, images: run.samples, input: input, outputGradient: outputGradient,
                filterGradient: filterGradient, biasGradient: nil, algorithm: algorithms.filterGradient,
                workspace: run.workspace, pool: run.pool)
        }
    }
}
