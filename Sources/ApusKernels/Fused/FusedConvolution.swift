import ApusBLAS
import ApusParallel

/// What follows a convolution in the same pass.
package struct ConvolutionEpilogue: Hashable, Sendable {
    /// Whether y is max(0, y).
    package var rectifies: Bool
    /// Whether the maximum of each 2×2 window is taken; a last odd line or column is dropped.
    package var pools: Bool
    /// Whether what is written is added up by channel, and its squares: what a batch normalisation behind it needs.
    package var addsUp: Bool

    /// An epilogue from its parts; nothing by default.
    package init(rectifies: Bool = false, pools: Bool = false, addsUp: Bool = false) {
        self.rectifies = rectifies
        self.pools = pools
        self.addsUp = addsUp
    }

    /// Whether the gradient of the output has to be made from the one behind it.
    package var changesGradient: Bool { rectifies || pools }
}

/// A convolution and its two gradients as products that read pixels where they lie, with what follows the convolution
/// folded in: bias, ReLU, 2×2 max pooling, sums by channel.
///
/// Made once for a geometry and a number of images; running it allocates nothing.
package struct FusedConvolution<Scalar: BLASScalar>: Sendable {
    /// The convolution, without the outputs that the pooling drops.
    package let geometry: ConvolutionGeometry
    /// What follows it.
    package let epilogue: ConvolutionEpilogue
    /// In which type products are made. The filter's gradient behind a pooling is always made in float32, since it takes a
    /// quarter of the products.
    package let precision: Precision

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

    /// Scalars of source and target of a block: as many of float32 as a second-level cache holds.
    private static var blockScalars: Int { CacheSizes.current.bytes(ofLevel: 2) / 4 }
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
    ///   - precision: In which type products are made; bfloat16 for Float alone.
    ///   - tiles: The instruction set of the tiles.
    package init(
        _ geometry: ConvolutionGeometry, images: Int, epilogue: ConvolutionEpilogue = ConvolutionEpilogue(),
        precision: Precision = .float32, tiles: TileSet = .best
    ) {
        require(
            precision == .float32 || Scalar.self == Float.self,
            "FusedConvolution: operands are \(Scalar.self), bfloat16 products take Float")
        require(
            Self.canFuse(epilogue, into: geometry), "FusedConvolution: \(epilogue) does not fit \(geometry)")
        let geometry = epilogue.pools ? geometry.croppedToWindows : geometry
        self.geometry = geometry
        self.images = images
        self.epilogue = epilogue
        self.precision = precision
        self.tiles = tiles
        let lanes = tiles.lanes(Scalar.self)
        let input = ImplicitProduct.Image(size: geometry.input, channels: geometry.inputChannels)
        let output = ImplicitProduct.Image(size: geometry.output, channels: geometry.outputChannels)
        let inputOperand = ImplicitProduct.Image(
            size: geometry.input, channels: geometry.groups * precision.words(geometry.groupInputChannels))
        let outputOperand = ImplicitProduct.Image(
            size: geometry.output, channels: geometry.groups * precision.words(geometry.groupOutputChannels))
        forwardPanels = FilterPanels(
            columns: geometry.groupOutputChannels, rows: geometry.patchSize, groups: geometry.groups, lanes: lanes)
        backwardPanels = FilterPanels(
            columns: geometry.groupInputChannels, rows: geometry.kernel.area * geometry.groupOutputChannels,
            groups: geometry.groups, lanes: lanes)
        let block = max(1, min(images, Self.blockScalars / (input.count + output.count)))
        forwardBlock = Self.blockSize(geometry, images: images, most: block)
        backwardBlock = forwardBlock
        forwardProduct = ImplicitProduct(
            rows: geometry.rows.forwardClasses, columns: geometry.columns.forwardClasses, source: inputOperand,
            target: output, kernel: geometry.kernel, groups: geometry.groups, images: forwardBlock, isTurned: false,
            pools: epilogue.pools)
        backwardProduct = ImplicitProduct(
            rows: geometry.rows.inputGradientClasses, columns: geometry.columns.inputGradientClasses,
            source: outputOperand,
            target: input, kernel: geometry.kernel, groups: geometry.groups, images: backwardBlock, isTurned: true)
        filterProduct = ImplicitOuterProduct(geometry, images: images, lanes: lanes, precision: precision)
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
        case .forward:
            packedCount(forwardPanels) + (isPaired ? images * forwardProduct.source.count : 0)
                + (epilogue.addsUp ? mostPartialSums * 2 * geometry.outputChannels : 0)
        case .inputGradient:
            packedCount(backwardPanels) + threads * (expandedCount + pairedGradientCount)
        case .filterGradient: pooledFilterProduct?.workspaceCount ?? filterProduct.workspaceCount(threads: threads)
        }
    }

    private var isPaired: Bool { precision == .bfloat16 }

    /// Scalars of a filter's panels, and in bfloat16 of those that they are packed into again.
    private func packedCount(_ panels: FilterPanels) -> Int {
        panels.count + (isPaired ? panels.paired(taps: geometry.kernel.area).count : 0)
    }

    /// Scalars of a block's gradients where they have to be made from those behind ReLU and pooling.
    private var expandedCount: Int {
        epilogue.changesGradient ? backwardBlock * geometry.outputCount : 0
    }

    /// Most parts of an image batch, of any size, of which each makes sums of its own.
    private var mostPartialSums: Int {
        (1...images).map { cut(images: $0, block: forwardBlock, panels: forwardPanels.panels).parts }.max() ?? 0
    }

    /// Words of a block's gradients in bfloat16.
    private var pairedGradientCount: Int { isPaired ? backwardBlock * backwardProduct.source.count : 0 }

    // MARK: Running

    /// y = epilogue(bias + x ∗ filter).
    ///
    /// - Parameters:
    ///   - taps: Where a pooling notes the tap of each maximum, in the layout of y; may be left out.
    ///   - sums: `[2, outputChannels]`, Σ y and Σ y² over all pixels of all images, where the epilogue adds up.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func forward(
        images: Int, input: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>, bias: UnsafePointer<Scalar>?,
        output: UnsafeMutablePointer<Scalar>, taps: UnsafeMutablePointer<Int8>? = nil,
        sums: UnsafeMutablePointer<Scalar>? = nil, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireImages(images)
        require((sums != nil) == epilogue.addsUp, "FusedConvolution: sums given \(sums != nil), \(epilogue)")
        let operand: FilterPanels.Location<Scalar>
        if forwardPanels.canBeReadInPlace && !isPaired && images * geometry.output.area <= Self.fewPixels {
            operand = .inPlace(filter, start: bias)
        } else {
            forwardPanels.pack(filter, start: bias, to: workspace, pool: pool)
            operand = .packed(pairPanels(forwardPanels, workspace, pool))
        }
        let product = forwardProduct
        let panelLayout = operandPanels(forwardPanels)
        var source = input
        if isPaired {
            let words = workspace + packedCount(forwardPanels)
            pool.forEach(images) { image, _ in
                tiles.pairNeighbours(
                    input + image * geometry.inputCount, count: geometry.input.area * geometry.groups,
                    depth: geometry.groupInputChannels, to: words + image * product.source.count)
            }
            source = UnsafePointer(words)
        }
        let cut = cut(images: images, block: forwardBlock, panels: forwardPanels.panels)
        let sumsCount = 2 * geometry.outputChannels
        let partialSums =
            workspace + packedCount(forwardPanels) + (isPaired ? self.images * product.source.count : 0)
        pool.forEach(cut.count) { shard, _ in
            let (block, panels, piece) = cut[shard]
            let partial = partialSums + cut.part(shard) * sumsCount
            let taps = taps.map { $0 + block.lowerBound * product.output.count }
            product.run(
                tiles, precision, images: block.count, piece: piece, of: cut.pieces, panels: panelLayout,
                panelRange: panels, filter: operand, input: source + block.lowerBound * product.source.count,
                result: output + block.lowerBound * product.output.count,
                epilogue: .init(rectifies: epilogue.rectifies, taps: taps, sums: epilogue.addsUp ? partial : nil))
        }
        if let sums {
            PartialSums.combine(
                partialSums, count: cut.parts, stride: sumsCount, length: sumsCount, into: sums, pool: pool)
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
        let operand = pairPanels(backwardPanels, workspace, pool)
        let panelLayout = operandPanels(backwardPanels)
        let product = backwardProduct
        let isPlain = outputGradient.isPlain
        let cut = cut(images: images, block: backwardBlock, panels: backwardPanels.panels)
        let scratch = workspace + packedCount(backwardPanels)
        let scratchCount = expandedCount + pairedGradientCount
        pool.forEach(cut.count) { shard, worker in
            let (block, panels, piece) = cut[shard]
            let own = scratch + worker * scratchCount
            var source = outputGradient.gradient + (isPlain ? block.lowerBound * geometry.outputCount : 0)
            if !isPlain {
                outputGradient.write(
                    images: block, lines: 0..<geometry.output.height, of: geometry, to: own, sums: nil, tiles)
                source = UnsafePointer(own)
            }
            if isPaired {
                tiles.pairNeighbours(
                    source, count: block.count * geometry.output.area * geometry.groups,
                    depth: geometry.groupOutputChannels, to: own + expandedCount)
                source = UnsafePointer(own + expandedCount)
            }
            product.run(
                tiles, precision, images: block.count, piece: piece, of: cut.pieces, panels: panelLayout,
                panelRange: panels, filter: .packed(operand), input: source,
                result: inputGradient + block.lowerBound * product.output.count,
                epilogue: .init())
        }
    }

    /// The layout of a filter's panels as tiles read them.
    private func operandPanels(_ panels: FilterPanels) -> FilterPanels {
        isPaired ? panels.paired(taps: geometry.kernel.area) : panels
    }

    /// The panels that tiles read: those packed in float32, or others in bfloat16 behind them.
    @inline(__always)
    private func pairPanels(
        _ panels: FilterPanels, _ packed: UnsafeMutablePointer<Scalar>, _ pool: WorkerPool
    ) -> UnsafePointer<Scalar> {
        if !isPaired { return UnsafePointer(packed) }
        panels.pair(packed, taps: geometry.kernel.area, to: packed + panels.count, tiles, pool: pool)
        return UnsafePointer(packed + panels.count)
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

        /// Pieces of blocks, each of all panels.
        var parts: Int { blocks.shards * pieces }

        func part(_ shard: Int) -> Int {
            let (index, piece) = shard.quotientAndRemainder(dividingBy: pieces)
            return index / panels.shards * pieces + piece
        }

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
