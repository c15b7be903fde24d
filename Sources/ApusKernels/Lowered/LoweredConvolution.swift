import ApusBLAS
import ApusParallel

/// Convolution as matrix products of patches and filter, tile by tile.
enum LoweredConvolution {
    /// Whether the image itself is the matrix of patches.
    static func isProductOfImage(_ geometry: ConvolutionGeometry) -> Bool {
        geometry.kernel == 1 && geometry.stride == 1 && geometry.output == geometry.input
    }

    static func workspaceCount(
        _ geometry: ConvolutionGeometry, images: Int, direction: ConvolutionDirection, threads: Int
    ) -> Int {
        let tiling = LoweredTiling(geometry: geometry, images: images)
        let tile = isProductOfImage(geometry) ? 0 : tiling.tileCount
        switch direction {
        case .forward: return threads * tile
        case .inputGradient:
            return geometry.filterCount + (isProductOfImage(geometry) ? 0 : threads * tiling.inputGradientTileCount)
        case .filterGradient:
            let shards = tiling.gradientShards.shards
            let partials = shards > 1 ? shards * (geometry.filterCount + geometry.outputChannels) : 0
            return partials + threads * tile
        }
    }

    // MARK: Forward

    static func forward<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>,
        bias: UnsafePointer<Scalar>?, output: UnsafeMutablePointer<Scalar>,
        workspace: UnsafeMutablePointer<Scalar>, part: LoweringPart = .all, pool: WorkerPool
    ) {
        let tiling = LoweredTiling(geometry: geometry, images: images)
        let tiles = tiling.forwardTiles
        let tileCount = tiling.tileCount
        let (_, n, k) = geometry.product(images: images)
        pool.forEach(tiles.shards) { tile, worker in
            let pixels = tiles[tile]
            let result = output + pixels.lowerBound * geometry.outputChannels
            for group in 0..<geometry.groups {
                let patches = patches(
                    geometry, group, pixels, taps: 0..<geometry.kernel.area, input, workspace + worker * tileCount)
                if part == .patches { continue }
                SmallProducts.multiply(
                    m: pixels.count, n: n, k: k, a: patches.rows, lda: patches.stride, b: filter + group * n,
                    ldb: geometry.outputChannels, c: result + group * n, ldc: geometry.outputChannels)
            }
            if let bias, part == .all {
                for pixel in 0..<pixels.count {
                    Runs.add(geometry.outputChannels, bias, to: result + pixel &* geometry.outputChannels)
                }
            }
        }
    }

    /// The rows of `pixels` of the matrix of patches and the distance between them: written to `tile`, or in the image.
    @inline(__always)
    private static func patches<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, _ group: Int, _ pixels: Range<Int>, taps: Range<Int>,
        _ input: UnsafePointer<Scalar>, _ tile: UnsafeMutablePointer<Scalar>
    ) -> (rows: UnsafePointer<Scalar>, stride: Int) {
        if isProductOfImage(geometry) {
            let first = pixels.lowerBound * geometry.inputChannels + group * geometry.groupInputChannels
            return (input + first, geometry.inputChannels)
        }
        let patches = Patches(geometry: geometry, group: group, taps: taps)
        patches.gather(pixels: pixels, from: input, into: tile)
        return (UnsafePointer(tile), patches.width)
    }

    // MARK: Input gradient

    static func inputGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, outputGradient: UnsafePointer<Scalar>,
        filter: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>,
        workspace: UnsafeMutablePointer<Scalar>, part: LoweringPart = .all, pool: WorkerPool
    ) {
        let tiling = LoweredTiling(geometry: geometry, images: images)
        let k = geometry.groupOutputChannels
        let n = geometry.patchSize
        if part == .all { transposeFilter(geometry, filter, to: workspace, pool: pool) }
        let transposed = UnsafePointer(workspace)
        if isProductOfImage(geometry) {
            if part == .patches { return }
            let tiles = tiling.forwardTiles
            pool.forEach(tiles.shards) { tile, _ in
                let pixels = tiles[tile]
                for group in 0..<geometry.groups {
                    SmallProducts.multiply(
                        m: pixels.count, n: n, k: k,
                        a: outputGradient + pixels.lowerBound * geometry.outputChannels + group * k,
                        lda: geometry.outputChannels, b: transposed + group * k * n, ldb: n,
                        c: inputGradient + pixels.lowerBound * geometry.inputChannels + group * n,
                        ldc: geometry.inputChannels)
                }
            }
            return
        }
        let blocks = tiling.inputBlocks
        let imageTiles = tiling.imageTiles
        let tileCount = tiling.inputGradientTileCount
        let rowCount = geometry.input.width * geometry.inputChannels
        pool.forEach(imageTiles.shards * blocks.shards) { shard, worker in
            let inputRows = blocks[shard % blocks.shards]
            for image in imageTiles[shard / blocks.shards] {
                let first = image * geometry.inputCount + inputRows.lowerBound * rowCount
                (inputGradient + first).update(repeating: 0, count: inputRows.count * rowCount)
            }
            scatterProducts(
                geometry, images: imageTiles[shard / blocks.shards], inputRows: inputRows,
                kernelRowsPerProduct: tiling.kernelRowsPerProduct, outputGradient: outputGradient,
                transposedFilter: transposed, inputGradient: inputGradient,
                tile: workspace + geometry.filterCount + worker * tileCount, part: part)
        }
    }

    /// The filter as [outputChannels, patchSize]: OpenBLAS transposes operands on the right slowly, once per product.
    @inline(__always)
    private static func transposeFilter<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, _ filter: UnsafePointer<Scalar>, to transposed: UnsafeMutablePointer<Scalar>,
        pool: WorkerPool
    ) {
        let shards = Shards(of: geometry.patchSize, atLeast: max(1, RowShards.grain / geometry.outputChannels))
        pool.forEach(shards.shards) { shard, _ in
            Transposition.transpose(
                rows: shards[shard], columns: geometry.outputChannels, from: filter, stride: geometry.outputChannels,
                to: transposed, stride: geometry.patchSize)
        }
    }

    /// inputGradient += col2im(outputGradient · filterᵀ) for some rows of some images.
    @inline(__always)
    private static func scatterProducts<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Range<Int>, inputRows: Range<Int>, kernelRowsPerProduct: Int,
        outputGradient: UnsafePointer<Scalar>, transposedFilter: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, tile: UnsafeMutablePointer<Scalar>, part: LoweringPart
    ) {
        let n = geometry.groupOutputChannels
        for i in stride(from: 0, to: geometry.kernel.height, by: kernelRowsPerProduct) {
            let whole = kernelRowsPerProduct == geometry.kernel.height
            let outputRows =
                whole
                ? 0..<geometry.output.height
                : geometry.rows.outputs(seeing: inputRows, throughAnyOf: i..<i + kernelRowsPerProduct)
            let width = geometry.output.width
            let rows = images.count * outputRows.count * width
            if rows == 0 { continue }
            let firstPixel = (images.lowerBound * geometry.output.height + outputRows.lowerBound) * width
            let firstTap = i * geometry.kernel.width
            for group in 0..<geometry.groups {
                let patches = Patches(
                    geometry: geometry, group: group,
                    taps: firstTap..<firstTap + kernelRowsPerProduct * geometry.kernel.width)
                if part == .all {
                    SmallProducts.multiply(
                        m: rows, n: patches.width, k: n,
                        a: outputGradient + firstPixel * geometry.outputChannels + group * n,
                        lda: geometry.outputChannels,
                        b: transposedFilter + group * n * geometry.patchSize + firstTap * geometry.groupInputChannels,
                        ldb: geometry.patchSize, c: tile, ldc: patches.width)
                }
                for image in images {
                    patches.scatter(
                        outputRows: outputRows,
                        tile + (image - images.lowerBound) * geometry.output.area * patches.width,
                        addingTo: inputGradient + image * geometry.inputCount, inputRows: inputRows)
                }
            }
        }
    }

    // MARK: Filter gradient

    static func filterGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: UnsafePointer<Scalar>,
        outputGradient: UnsafePointer<Scalar>, filterGradient: UnsafeMutablePointer<Scalar>,
        biasGradient: UnsafeMutablePointer<Scalar>?, workspace: UnsafeMutablePointer<Scalar>,
        part: LoweringPart = .all, pool: WorkerPool
    ) {
        let tiling = LoweredTiling(geometry: geometry, images: images)
        let shards = tiling.gradientShards
        let tapShards = tiling.gradientTaps
        let partialCount = geometry.filterCount + geometry.outputChannels
        let isPartial = shards.shards > 1
        let tiles = workspace + (isPartial ? shards.shards * partialCount : 0)
        let tileCount = tiling.tileCount
        pool.forEach(shards.shards * tapShards.shards) { shard, worker in
            let (sum, taps) = shard.quotientAndRemainder(dividingBy: tapShards.shards)
            let partial = workspace + sum * partialCount
            addProducts(
                geometry, pixels: shards[sum], taps: tapShards[taps],
                tileRows: tiling.tileRows(columns: tapShards[taps].count * geometry.groupInputChannels), input: input,
                outputGradient: outputGradient, filterGradient: isPartial ? partial : filterGradient,
                biasGradient: taps > 0 || biasGradient == nil
                    ? nil : isPartial ? partial + geometry.filterCount : biasGradient,
                tile: tiles + worker * tileCount, part: part)
        }
        if isPartial && part == .all {
            PartialSums.combine(
                workspace, count: shards.shards, stride: partialCount, length: geometry.filterCount,
                into: filterGradient, pool: pool)
            if let biasGradient {
                PartialSums.combine(
                    workspace + geometry.filterCount, count: shards.shards, stride: partialCount,
                    length: geometry.outputChannels, into: biasGradient, pool: pool)
            }
        }
    }

    /// The gradients over some output pixels, for some taps.
    @inline(__always)
    private static func addProducts<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, pixels: Range<Int>, taps: Range<Int>, tileRows: Int,
        input: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>,
        filterGradient: UnsafeMutablePointer<Scalar>, biasGradient: UnsafeMutablePointer<Scalar>?,
        tile: UnsafeMutablePointer<Scalar>, part: LoweringPart
    ) {
        let n = geometry.groupOutputChannels
        let firstRow = taps.lowerBound * geometry.groupInputChannels * geometry.outputChannels
        biasGradient?.update(repeating: 0, count: geometry.outputChannels)
        let tiles = Shards(of: pixels.count, limit: (pixels.count + tileRows - 1) / tileRows)
        for index in 0..<tiles.shards {
            let rows = tiles[index].lowerBound + pixels.lowerBound..<tiles[index].upperBound + pixels.lowerBound
            let gradient = outputGradient + rows.lowerBound * geometry.outputChannels
            for group in 0..<geometry.groups {
                let patches = patches(geometry, group, rows, taps: taps, input, tile)
                if part == .patches { continue }
                SmallProducts.multiply(
                    transposeA: true, m: taps.count * geometry.groupInputChannels, n: n, k: rows.count,
                    a: patches.rows, lda: patches.stride, b: gradient + group * n, ldb: geometry.outputChannels,
                    beta: index == 0 ? 0 : 1, c: filterGradient + firstRow + group * n, ldc: geometry.outputChannels)
            }
            if let biasGradient, part == .all {
                PartialSums.addRows(rows: rows.count, columns: geometry.outputChannels, gradient, to: biasGradient)
            }
        }
    }
}
