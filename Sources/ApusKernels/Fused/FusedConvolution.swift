import ApusBLAS
import ApusParallel

/// What follows a convolution in the same pass.
package struct ConvolutionEpilogue: Hashable, Sendable {
    /// Whether y is max(0, y).
    package var rectifies: Bool
    /// Whether the maximum of each 2×2 window is taken; a last odd line or column is dropped.
    package var pools: Bool

    /// An epilogue from its parts; nothing by default.
    package init(rectifies: Bool = false, pools: Bool = false) {
        self.rectifies = rectifies
        self.pools = pools
    }
}

/// A convolution and its two gradients as products that read pixels where they lie, with what follows the convolution
/// folded in: bias, ReLU, 2×2 max pooling.
///
/// Made once for a geometry and a number of images; running it allocates nothing.
package struct FusedConvolution<Scalar: BLASScalar>: Sendable {
    /// The convolution, without the outputs that the pooling drops.
    package let geometry: ConvolutionGeometry
    /// What follows it.
    package let epilogue: ConvolutionEpilogue

    private let images: Int
    private let tiles: TileSet
    private let forwardPanels: FilterPanels
    private let forwardBlock: Int
    private let forwardProduct: ImplicitProduct
    private let backwardPanels: FilterPanels
    private let backwardBlock: Int
    private let backwardProduct: ImplicitProduct
    private let filterProduct: ImplicitOuterProduct
    private let pooledFilterProduct: PooledOuterProduct?

    /// Scalars of source and target that leave room for a panel in a second-level cache: one mebibyte in float32.
    private static var blockScalars: Int { 262_144 }
    /// Multiply-adds that are worth a shard of their own.
    private static var shardProduct: Int { 500_000 }
    /// Shards that keep many cores busy.
    private static var wantedShards: Int { 16 }
    /// Pixels of a block that fill some tiles.
    private static var fewestPixels: Int { 48 }
    /// Pixels so few that packing the filter takes longer than reading it in long strides.
    private static var fewPixels: Int { 256 }

    /// Whether such a convolution can take such an epilogue: a pooling needs an image of whole windows without padding.
    package static func canFuse(_ epilogue: ConvolutionEpilogue, into geometry: ConvolutionGeometry) -> Bool {
        if geometry.isDepthwise { return false }
        if !epilogue.pools { return true }
        let cropped = geometry.croppedToWindows
        guard min(geometry.output.height, geometry.output.width) >= 2 else { return false }
        return cropped.rows.forwardClasses.count == 1 && cropped.columns.forwardClasses.count == 1
    }

    /// - Parameters:
    ///   - images: Most images of a run.
    ///   - tiles: The instruction set of the tiles.
    package init(
        _ geometry: ConvolutionGeometry, images: Int, epilogue: ConvolutionEpilogue = ConvolutionEpilogue(),
        tiles: TileSet = .best
    ) {
        require(
            Self.canFuse(epilogue, into: geometry), "FusedConvolution: \(epilogue) does not fit \(geometry)")
        let geometry = epilogue.pools ? geometry.croppedToWindows : geometry
        self.geometry = geometry
        self.images = images
        self.epilogue = epilogue
        self.tiles = tiles
        let lanes = tiles.lanes(Scalar.self)
        let input = ImplicitProduct.Image(size: geometry.input, channels: geometry.inputChannels)
        let output = ImplicitProduct.Image(size: geometry.output, channels: geometry.outputChannels)
        forwardPanels = FilterPanels(
            columns: geometry.groupOutputChannels, rows: geometry.patchSize, groups: geometry.groups, lanes: lanes)
        backwardPanels = FilterPanels(
            columns: geometry.groupInputChannels, rows: geometry.kernel.area * geometry.groupOutputChannels,
            groups: geometry.groups, lanes: lanes)
        let block = max(1, min(images, Self.blockScalars / (input.count + output.count)))
        forwardBlock = Self.blockSize(geometry, images: images, most: block)
        backwardBlock = forwardBlock
        forwardProduct = ImplicitProduct(
            rows: geometry.rows.forwardClasses, columns: geometry.columns.forwardClasses, source: input,
            target: output, kernel: geometry.kernel, groups: geometry.groups, images: forwardBlock, isTurned: false,
            pools: epilogue.pools)
        backwardProduct = ImplicitProduct(
            rows: geometry.rows.inputGradientClasses, columns: geometry.columns.inputGradientClasses, source: output,
            target: input, kernel: geometry.kernel, groups: geometry.groups, images: backwardBlock, isTurned: true)
        filterProduct = ImplicitOuterProduct(geometry, images: images, lanes: lanes)
        pooledFilterProduct = epilogue.pools ? PooledOuterProduct(geometry, images: images, lanes: lanes) : nil
    }

    /// Images of a block: as many as the cache holds, fewer where that leaves cores idle.
    private static func blockSize(_ geometry: ConvolutionGeometry, images: Int, most: Int) -> Int {
        let shards = worthwhileShards(geometry, images: images)
        let fewest = (fewestPixels + geometry.output.area - 1) / geometry.output.area
        return max(1, min(most, images, max(fewest, (images + shards - 1) / shards)))
    }

    private static func worthwhileShards(_ geometry: ConvolutionGeometry, images: Int) -> Int {
        min(wantedShards, max(1, geometry.flops(images: images) / 2 / shardProduct))
    }

    /// Floating-point operations of one direction, 2 per multiply-add: those that are done, without outputs that a pooling
    /// drops and without products by the zeros that it puts into gradients.
    package func flops(_ direction: ConvolutionDirection, images: Int) -> Int {
        let all = geometry.flops(images: images)
        return direction == .filterGradient && pooledFilterProduct != nil ? all / 4 : all
    }

    /// Scalars of workspace that one direction needs.
    package func workspaceCount(_ direction: ConvolutionDirection, threads: Int) -> Int {
        switch direction {
        case .forward: forwardPanels.count
        case .inputGradient:
            backwardPanels.count
                + (epilogue == ConvolutionEpilogue() ? 0 : threads * backwardBlock * geometry.outputCount)
        case .filterGradient: pooledFilterProduct?.workspaceCount ?? filterProduct.workspaceCount(threads: threads)
        }
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
        let operand: FilterPanels.Location<Scalar>
        if forwardPanels.canBeReadInPlace && images * geometry.output.area <= Self.fewPixels {
            operand = .inPlace(filter, start: bias)
        } else {
            forwardPanels.pack(filter, start: bias, to: workspace, pool: pool)
            operand = .packed(workspace)
        }
        let product = forwardProduct
        let cut = cut(images: images, block: forwardBlock, panels: forwardPanels.panels)
        pool.forEach(cut.count) { shard, _ in
            let (block, panels, piece) = cut[shard]
            let taps = taps.map { $0 + block.lowerBound * product.output.count }
            product.run(
                tiles, images: block.count, piece: piece, of: cut.pieces, panels: forwardPanels, panelRange: panels,
                filter: operand, input: input + block.lowerBound * product.source.count,
                result: output + block.lowerBound * product.output.count,
                epilogue: .init(rectifies: epilogue.rectifies, taps: taps))
        }
    }

    /// The gradient with respect to the input.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func inputGradient(
        images: Int, outputGradient: OutputGradient<Scalar>, filter: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireImages(images)
        backwardPanels.packTurned(filter, depth: geometry.groupOutputChannels, to: workspace, pool: pool)
        let product = backwardProduct
        let isPlain = outputGradient.isPlain
        let cut = cut(images: images, block: backwardBlock, panels: backwardPanels.panels)
        let scratch = workspace + backwardPanels.count
        let scratchCount = backwardBlock * geometry.outputCount
        pool.forEach(cut.count) { shard, worker in
            let (block, panels, piece) = cut[shard]
            var source = outputGradient.gradient + (isPlain ? block.lowerBound * product.source.count : 0)
            if !isPlain {
                let own = scratch + worker * scratchCount
                expand(outputGradient, images: block, to: own)
                source = UnsafePointer(own)
            }
            product.run(
                tiles, images: block.count, piece: piece, of: cut.pieces, panels: backwardPanels, panelRange: panels,
                filter: .packed(workspace), input: source,
                result: inputGradient + block.lowerBound * product.output.count,
                epilogue: .init())
        }
    }

    @inline(__always)
    private func expand(
        _ outputGradient: OutputGradient<Scalar>, images: Range<Int>, to target: UnsafeMutablePointer<Scalar>
    ) {
        let pooled = epilogue.pools ? 2 : 1
        let line = geometry.output.width * geometry.outputChannels
        let lines = geometry.output.height / pooled
        for index in 0..<images.count * lines {
            outputGradient.write(
                line: images.lowerBound * lines + index, width: geometry.output.width / pooled,
                channels: 0..<geometry.outputChannels, of: geometry.outputChannels,
                to: target + index * pooled * line, targetPixel: geometry.outputChannels, targetLine: line, sums: nil,
                tiles)
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
        if let pooledFilterProduct {
            pooledFilterProduct.run(
                tiles, images: images, input: input, outputGradient: outputGradient, filterGradient: filterGradient,
                biasGradient: biasGradient, workspace: workspace, pool: pool)
            return
        }
        filterProduct.run(
            tiles, images: images, input: input, outputGradient: outputGradient, filterGradient: filterGradient,
            biasGradient: biasGradient, workspace: workspace, pool: pool)
    }

    private func requireImages(_ images: Int) {
        require((1...self.images).contains(images), "FusedConvolution: \(images) images, expected 1 to \(self.images)")
    }

    // MARK: Shards

    /// A product's blocks of images, each cut by panels and then by pixels where images are few.
    private struct Cut {
        let blocks: Shards
        let panels: Shards
        let pieces: Int

        var count: Int { blocks.shards * panels.shards * pieces }

        subscript(shard: Int) -> (block: Range<Int>, panels: Range<Int>, piece: Int) {
            let (index, piece) = shard.quotientAndRemainder(dividingBy: pieces)
            let (block, panel) = index.quotientAndRemainder(dividingBy: panels.shards)
            return (blocks[block], panels[panel], piece)
        }
    }

    private func cut(images: Int, block: Int, panels: Int) -> Cut {
        let blocks = Shards(of: images, limit: (images + block - 1) / block)
        let wanted = Self.worthwhileShards(geometry, images: images)
        let panelShards = Shards(of: panels, limit: max(1, (wanted + blocks.shards - 1) / blocks.shards))
        let tiles = (block * geometry.output.area + 11) / 12
        let pieces = max(1, min(tiles, wanted / (blocks.shards * panelShards.shards)))
        return Cut(blocks: blocks, panels: panelShards, pieces: pieces)
    }
}
