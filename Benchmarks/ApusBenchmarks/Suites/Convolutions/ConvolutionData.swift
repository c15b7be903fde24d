import ApusKernels
import ApusParallel

/// The tensors of a convolution and of its gradients, in float32.
final class ConvolutionData {
    let geometry: ConvolutionGeometry
    private let input: RandomBuffer<Float>
    private let filter: RandomBuffer<Float>
    private let outputGradient: RandomBuffer<Float>
    private lazy var output = RandomBuffer<Float>(unwritten: outputGradient.count)
    private lazy var inputGradient = RandomBuffer<Float>(unwritten: input.count)
    private lazy var filterGradient = RandomBuffer<Float>(unwritten: filter.count)
    private var workspace = RandomBuffer<Float>(unwritten: 0)
    /// Prepared once, as a plan does.
    private lazy var fused = FusedConvolution<Float>(geometry, images: images)
    private lazy var winograd = WinogradConvolution<Float>(geometry, images: images)
    private let images: Int

    init(_ geometry: ConvolutionGeometry, images: Int) {
        self.geometry = geometry
        self.images = images
        input = RandomBuffer(geometry.inputShape(images: images).count, seed: 1)
        filter = RandomBuffer(geometry.filterShape.count, seed: 2)
        outputGradient = RandomBuffer(geometry.outputShape(images: images).count, seed: 3)
    }

    private func result(_ direction: ConvolutionDirection) -> RandomBuffer<Float> {
        switch direction {
        case .forward: output
        case .inputGradient: inputGradient
        case .filterGradient: filterGradient
        }
    }

    /// Makes room for what a direction writes and needs besides.
    func reserve(_ direction: ConvolutionDirection, images: Int, algorithm: ConvolutionAlgorithm, threads: Int) {
        _ = result(direction)
        let count =
            switch algorithm.serving(geometry) {
            case .fused where !geometry.isDepthwise: fused.workspaceCount(direction, threads: threads)
            case .winograd: winograd.workspaceCount(direction, threads: threads)
            default:
                Convolution.workspaceCount(
                    geometry, images: images, direction: direction, algorithm: algorithm, threads: threads)
            }
        if workspace.count < count { workspace = RandomBuffer(count, seed: 4) }
    }

    func run(_ direction: ConvolutionDirection, images: Int, algorithm: ConvolutionAlgorithm, pool: WorkerPool) {
        switch algorithm.serving(geometry) {
        case .fused where !geometry.isDepthwise: return runFused(direction, images: images, pool: pool)
        case .winograd: return runWinograd(direction, images: images, pool: pool)
        default: break
        }
        switch direction {
        case .forward:
            Convolution.forward(
                geometry, images: images, input: input.pointer, filter: filter.pointer, bias: nil,
                output: output.pointer, algorithm: algorithm, workspace: workspace.pointer, pool: pool)
        case .inputGradient:
            Convolution.inputGradient(
                geometry, images: images, outputGradient: outputGradient.pointer, filter: filter.pointer,
                inputGradient: inputGradient.pointer, algorithm: algorithm, workspace: workspace.pointer, pool: pool)
        case .filterGradient:
            Convolution.filterGradient(
                geometry, images: images, input: input.pointer, outputGradient: outputGradient.pointer,
                filterGradient: filterGradient.pointer, biasGradient: nil, algorithm: algorithm,
                workspace: workspace.pointer, pool: pool)
        }
    }

    private func runFused(_ direction: ConvolutionDirection, images: Int, pool: WorkerPool) {
        switch direction {
        case .forward:
            fused.forward(
                images: images, input: input.pointer, filter: filter.pointer, bias: nil, output: output.pointer,
                workspace: workspace.pointer, pool: pool)
        case .inputGradient:
            fused.inputGradient(
                images: images, outputGradient: OutputGradient(outputGradient.pointer), filter: filter.pointer,
                inputGradient: inputGradient.pointer, workspace: workspace.pointer, pool: pool)
        case .filterGradient:
            fused.filterGradient(
                images: images, input: input.pointer, outputGradient: OutputGradient(outputGradient.pointer),
                filterGradient: filterGradient.pointer, biasGradient: nil, workspace: workspace.pointer, pool: pool)
        }
    }

    private func runWinograd(_ direction: ConvolutionDirection, images: Int, pool: WorkerPool) {
        switch direction {
        case .forward:
            winograd.forward(
                images: images, input: input.pointer, filter: filter.pointer, bias: nil, output: output.pointer,
                workspace: workspace.pointer, pool: pool)
        case .inputGradient:
            winograd.inputGradient(
                images: images, outputGradient: OutputGradient(outputGradient.pointer), filter: filter.pointer,
                inputGradient: inputGradient.pointer, workspace: workspace.pointer, pool: pool)
        case .filterGradient:
            winograd.filterGradient(
                images: images, input: input.pointer, outputGradient: OutputGradient(outputGradient.pointer),
                filterGradient: filterGradient.pointer, biasGradient: nil, workspace: workspace.pointer, pool: pool)
        }
    }

    /// im2col or col2im alone; spoils what the direction writes.
    func movePatches(_ direction: ConvolutionDirection, images: Int, pool: WorkerPool) {
        let target = direction == .inputGradient ? inputGradient : input
        Convolution.movePatches(
            geometry, images: images, direction: direction, input: target.pointer, output: outputGradient.pointer,
            filter: filterGradient.pointer, workspace: workspace.pointer, pool: pool)
    }

    /// Computes a direction into spoilt memory and compares some elements with the definition.
    func verify(
        _ direction: ConvolutionDirection, images: Int, algorithm: ConvolutionAlgorithm, pool: WorkerPool
    ) throws(WrongResult) {
        let result = result(direction)
        result.spoil()
        run(direction, images: images, algorithm: algorithm, pool: pool)
        let isExact = algorithm.serving(geometry) != .winograd
        try definition(direction, images: images).verify(
            result.pointer, "\(direction)", errors: isExact ? 1 : Self.winogradErrors)
    }

    /// Winograd's transforms of tiles of 4×4 make that much larger errors than plain sums.
    private static let winogradErrors = 20.0

    /// The products that each element of a result is the sum of, from the definition in ``ConvolutionGeometry``.
    private func definition(_ direction: ConvolutionDirection, images: Int) -> SpotCheck<Float> {
        let g = geometry
        let (x, w, dy) = (input.pointer, filter.pointer, outputGradient.pointer)
        func filterIndex(_ i: Int, _ j: Int, _ c: Int, _ o: Int) -> Int {
            ((i * g.kernel.width + j) * g.inputChannels + c) * g.outputChannels + o
        }
        func outputIndex(_ n: Int, _ h: Int, _ v: Int, _ o: Int) -> Int {
            ((n * g.output.height + h) * g.output.width + v) * g.outputChannels + o
        }
        /// The input pixel that output (h, v) sees through tap (i, j), `nil` on padding.
        func inputIndex(_ n: Int, _ h: Int, _ v: Int, _ i: Int, _ j: Int, _ c: Int) -> Int? {
            let y = h * g.stride.height + i * g.dilation.height - g.padTop
            let z = v * g.stride.width + j * g.dilation.width - g.padLeft
            guard (0..<g.input.height).contains(y), (0..<g.input.width).contains(z) else { return nil }
            return ((n * g.input.height + y) * g.input.width + z) * g.inputChannels + c
        }
        switch direction {
        case .forward:
            return SpotCheck(count: g.outputShape(images: images).count, terms: g.patchSize) { element, body in
                let (pixel, o) = element.quotientAndRemainder(dividingBy: g.outputChannels)
                let (row, v) = pixel.quotientAndRemainder(dividingBy: g.output.width)
                let (n, h) = row.quotientAndRemainder(dividingBy: g.output.height)
                for i in 0..<g.kernel.height {
                    for j in 0..<g.kernel.width {
                        for c in 0..<g.inputChannels {
                            guard let index = inputIndex(n, h, v, i, j, c) else { continue }
                            body(x[index], w[filterIndex(i, j, c, o)])
                        }
                    }
                }
            }
        case .inputGradient:
            let terms = g.kernel.area * g.outputChannels
            return SpotCheck(count: g.inputShape(images: images).count, terms: terms) { element, body in
                let (pixel, c) = element.quotientAndRemainder(dividingBy: g.inputChannels)
                let (n, place) = pixel.quotientAndRemainder(dividingBy: g.input.area)
                let (y, z) = place.quotientAndRemainder(dividingBy: g.input.width)
                for i in 0..<g.kernel.height {
                    let (h, rowRest) = (y + g.padTop - i * g.dilation.height).quotientAndRemainder(
                        dividingBy: g.stride.height)
                    guard rowRest == 0, (0..<g.output.height).contains(h) else { continue }
                    for j in 0..<g.kernel.width {
                        let (v, columnRest) = (z + g.padLeft - j * g.dilation.width).quotientAndRemainder(
                            dividingBy: g.stride.width)
                        guard columnRest == 0, (0..<g.output.width).contains(v) else { continue }
                        for o in 0..<g.outputChannels {
                            body(dy[outputIndex(n, h, v, o)], w[filterIndex(i, j, c, o)])
                        }
                    }
                }
            }
        case .filterGradient:
            return SpotCheck(count: g.filterShape.count, terms: images * g.output.area) { element, body in
                let (tap, o) = element.quotientAndRemainder(dividingBy: g.outputChannels)
                let (ij, c) = tap.quotientAndRemainder(dividingBy: g.inputChannels)
                let (i, j) = ij.quotientAndRemainder(dividingBy: g.kernel.width)
                for n in 0..<images {
                    for h in 0..<g.output.height {
                        for v in 0..<g.output.width {
                            guard let index = inputIndex(n, h, v, i, j, c) else { continue }
                            body(x[index], dy[outputIndex(n, h, v, o)])
                        }
                    }
                }
            }
        }
    }
}
