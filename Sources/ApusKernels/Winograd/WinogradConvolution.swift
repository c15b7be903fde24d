import ApusBLAS
import ApusParallel

/// A 3×3 convolution of stride 1 and its gradients by Winograd's F(4×4, 3×3) or F(2×2, 3×3), with bias, ReLU and 2×2 max
/// pooling folded in (``WinogradProduct``, ``WinogradOuterProduct``).
///
/// Sums of transformed operands cancel, so results are less exact than those of the other algorithms: see
/// ``errorBound(m:precision:)``.
///
/// Made once for a geometry and a number of images; running it allocates nothing.
package struct WinogradConvolution<Scalar: BLASScalar>: Sendable {
    /// The convolution, without the outputs that the pooling drops.
    package let geometry: ConvolutionGeometry
    /// What follows it.
    package let epilogue: ConvolutionEpilogue

    private let images: Int
    private let tiles: TileSet
    private let forwardProduct: WinogradProduct
    private let backwardProduct: WinogradProduct
    private let filterProduct: WinogradOuterProduct

    /// Whether such a convolution can be computed so: 3×3 taps, stride and dilation 1, one group.
    package static func suits(_ geometry: ConvolutionGeometry) -> Bool {
        geometry.kernel == 3 && geometry.stride == 1 && geometry.dilation == 1 && geometry.groups == 1
    }

    /// - Parameters:
    ///   - images: Most images of a run.
    ///   - m: Lines and columns of output pixels in a tile, 4 or 2; by default, for each direction, what takes clearly fewer
    ///     multiply-adds.
    ///   - precision: In which type transformed operands are multiplied; bfloat16 for Float alone.
    ///   - tiles: The instruction set of the tiles.
    package init(
        _ geometry: ConvolutionGeometry, images: Int, epilogue: ConvolutionEpilogue = ConvolutionEpilogue(),
        precision: Precision = .float32, m: Int? = nil, tiles: TileSet = .best
    ) {
        require(
            Self.suits(geometry) && (m == nil || m == 2 || m == 4),
            "WinogradConvolution: \(geometry), expected 3×3 taps, stride and dilation 1, one group, and tiles of 2×2 or 4×4"
        )
        let geometry = epilogue.pools ? geometry.croppedToWindows : geometry
        require(
            min(geometry.output.height, geometry.output.width) >= 1,
            "WinogradConvolution: no window of 2×2 fits into the output of \(geometry)")
        self.geometry = geometry
        self.epilogue = epilogue
        self.images = images
        self.tiles = tiles
        let input = ImplicitProduct.Image(size: geometry.input, channels: geometry.inputChannels)
        let output = ImplicitProduct.Image(size: geometry.output, channels: geometry.outputChannels)
        let lanes = tiles.lanes(Scalar.self)
        forwardProduct = WinogradProduct(
            m: m ?? WinogradProduct.bestTile(for: output.size), source: input, target: output, top: geometry.padTop,
            left: geometry.padLeft, images: images, lanes: lanes, precision: precision)
        backwardProduct = WinogradProduct(
            m: m ?? WinogradProduct.bestTile(for: input.size), source: output, target: input, top: 2 - geometry.padTop,
            left: 2 - geometry.padLeft, images: images, lanes: lanes, precision: precision)
        filterProduct = WinogradOuterProduct(
            geometry, images: images, m: m ?? WinogradProduct.bestTile(for: output.size), lanes: lanes,
            precision: precision, epilogue: epilogue)
    }

    /// How far an element of a result may be from the exact one, in units of `ulpOfOne · max Σ |x · w|`, the largest sum of
    /// magnitudes of products of all elements of that result; ulpOfOne is 2⁻⁷ in bfloat16.
    package static func errorBound(m: Int) -> Scalar { m == 4 ? 80 : 6 }

    /// Floating-point operations of one direction's products, 2 per multiply-add, transforms not counted.
    package func flops(_ direction: ConvolutionDirection, images: Int) -> Int {
        switch direction {
        case .forward: 2 * forwardProduct.multiplyAdds(images: images)
        case .inputGradient: 2 * backwardProduct.multiplyAdds(images: images)
        case .filterGradient: 2 * filterProduct.multiplyAdds(images: images)
        }
    }

    /// Scalars of workspace that a direction needs.
    package func workspaceCount(_ direction: ConvolutionDirection, threads: Int) -> Int {
        switch direction {
        case .forward: forwardProduct.filterCount + threads * forwardProduct.scratchCount
        case .inputGradient:
            geometry.filterCount + backwardProduct.filterCount
                + threads * (backwardProduct.scratchCount + expandedCount)
        case .filterGradient: filterProduct.workspaceCount(threads: threads)
        }
    }

    /// Scalars of a block's output gradients where they have to be made from those behind ReLU and pooling, whose windows keep
    /// their two lines together.
    private var expandedCount: Int {
        if !epilogue.changesGradient { return 0 }
        return (backwardProduct.mostSourceLines + 2) * geometry.output.width * geometry.outputChannels
    }

    // MARK: Running

    /// y = epilogue(bias + x ∗ filter).
    ///
    /// - Parameter taps: Where a pooling notes the tap of each maximum, in the layout of y; may be left out.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func forward(
        images: Int, input: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>, bias: UnsafePointer<Scalar>?,
        output: UnsafeMutablePointer<Scalar>, taps: UnsafeMutablePointer<Int8>? = nil,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireImages(images)
        let product = forwardProduct
        product.transform(filter: filter, isTurned: false, to: workspace, tiles, pool: pool)
        let scratch = workspace + product.filterCount
        let blocks = product.blocks(images: images)
        pool.forEach(blocks.count) { shard, worker in
            let block = blocks[shard]
            product.run(
                tiles, block, source: input + block.images.lowerBound * product.source.count, isFar: true,
                transformed: workspace,
                result: output,
                epilogue: .init(start: bias, rectifies: epilogue.rectifies, pools: epilogue.pools, taps: taps),
                scratch: scratch + worker * product.scratchCount)
        }
    }

    /// The gradient with respect to the input: a convolution of the output's gradient with the filter turned around.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func inputGradient(
        images: Int, outputGradient: OutputGradient<Scalar>, filter: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireImages(images)
        let product = backwardProduct
        let transformed = workspace + geometry.filterCount
        transpose(filter, to: workspace, pool)
        product.transform(filter: workspace, isTurned: true, to: transformed, tiles, pool: pool)
        let scratch = transformed + product.filterCount
        let expandedCount = expandedCount
        let isPlain = outputGradient.isPlain
        let blocks = product.blocks(images: images)
        pool.forEach(blocks.count) { shard, worker in
            let block = blocks[shard]
            let own = scratch + worker * (product.scratchCount + expandedCount)
            var source = outputGradient.gradient + (isPlain ? block.images.lowerBound * product.source.count : 0)
            if !isPlain {
                // A block of several images sees all their lines; one of few lines begins with whole windows.
                let seen = product.sourceLines(block)
                let first = epilogue.pools ? seen.lowerBound & ~1 : seen.lowerBound
                let base = own + product.scratchCount - first * geometry.output.width * geometry.outputChannels
                outputGradient.write(images: block.images, lines: seen, of: geometry, to: base, sums: nil, tiles)
                source = UnsafePointer(base)
            }
            product.run(
                tiles, block, source: source, isFar: isPlain, transformed: transformed, result: inputGradient,
                epilogue: .init(),
                scratch: own)
        }
    }

    /// The gradients with respect to filter and bias, summed over the images.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func filterGradient(
        images: Int, input: UnsafePointer<Scalar>, outputGradient: OutputGradient<Scalar>,
        filterGradient: UnsafeMutablePointer<Scalar>, biasGradient: UnsafeMutablePointer<Scalar>?,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireImages(images)
        filterProduct.run(
            tiles, images: images, input: input, outputGradient: outputGradient,
            filterGradient: filterGradient, biasGradient: biasGradient, workspace: workspace, pool: pool)
    }

    /// `[3, 3, inputChannels, outputChannels]` to `[3, 3, outputChannels, inputChannels]`.
    @inline(__always)
    private func transpose(
        _ filter: UnsafePointer<Scalar>, to target: UnsafeMutablePointer<Scalar>, _ pool: WorkerPool
    ) {
        let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
        pool.forEach(geometry.kernel.area) { tap, _ in
            Transposition.transpose(
                rows: 0..<inputs, columns: outputs, from: filter + tap * inputs * outputs, stride: outputs,
                to: target + tap * inputs * outputs, stride: inputs)
        }
    }

    private func requireImages(_ images: Int) {
        require(
            (1...self.images).contains(images), "WinogradConvolution: \(images) images, expected 1 to \(self.images)")
    }
}
