import ApusParallel

/// How a lowered convolution is cut into tiles and shards. Everything follows from the shapes; nothing from threads.
struct LoweredTiling {
    let geometry: ConvolutionGeometry
    let images: Int

    /// Scalars of a tile of patches and of the rows of output that go with it, so that both stay in a second-level cache:
    /// a quarter of a mebibyte in float32.
    private static let tileScalars = 65_536
    /// Multiply-adds that are worth a shard of their own.
    private static let shardProduct = 500_000
    /// Shards that keep many cores busy.
    private static let wantedShards = 16

    private var pixels: Int { images * geometry.output.area }

    /// Shards that the work is worth.
    private var worthwhileShards: Int {
        min(Self.wantedShards, max(1, geometry.flops(images: images) / 2 / Self.shardProduct))
    }

    /// Most rows of a tile of patches with so many columns.
    func tileRows(columns: Int) -> Int {
        min(pixels, max(16, Self.tileScalars / (columns + geometry.groupOutputChannels)))
    }

    /// Scalars of a tile of patches, of all taps or of some.
    var tileCount: Int { min(pixels * geometry.patchSize, max(Self.tileScalars, 16 * geometry.patchSize)) }

    // MARK: Forward

    /// The output pixels as tiles: as few as rows and worthwhile shards allow.
    var forwardTiles: Shards {
        let rows = tileRows(columns: geometry.patchSize)
        let tiles = max((pixels + rows - 1) / rows, min(worthwhileShards, pixels))
        return Shards(of: pixels, limit: tiles)
    }

    // MARK: Input gradient

    /// Fewest blocks of input rows that keep a tile small.
    private var fewestInputBlocks: Int {
        (geometry.output.area * geometry.patchSize + 2 * Self.tileScalars - 1) / (2 * Self.tileScalars)
    }

    /// Blocks of input rows that an image is cut into.
    var inputBlocks: Shards {
        Shards(of: geometry.input.height, limit: max(fewestInputBlocks, (worthwhileShards + images - 1) / images))
    }

    /// Images that share a tile, in shards.
    var imageTiles: Shards {
        let size = inputBlocks.shards > 1 ? 1 : max(1, min(imagesThatFit, images / worthwhileShards))
        return Shards(of: images, limit: (images + size - 1) / size)
    }

    private var imagesThatFit: Int {
        max(1, min(images, Self.tileScalars / (geometry.output.area * geometry.patchSize)))
    }

    /// Kernel rows that are multiplied at once: all of them where images stay whole, else one, since each needs other
    /// output rows.
    var kernelRowsPerProduct: Int { inputBlocks.shards > 1 ? 1 : geometry.kernel.height }

    /// Scalars of a tile of column gradients, enough for fewer images too.
    var inputGradientTileCount: Int {
        let height = geometry.input.height
        let isWhole = min(fewestInputBlocks, height) == 1
        let whole = isWhole ? imagesThatFit * geometry.output.area * geometry.patchSize : 0
        let blocks = min(height, max(2, fewestInputBlocks))
        let blockHeight = (height + blocks - 1) / blocks
        let outputRows = min(
            geometry.output.height, (blockHeight + geometry.stride.height - 1) / geometry.stride.height)
        let block = outputRows * geometry.output.width * geometry.kernel.width * geometry.groupInputChannels
        return max(whole, block)
    }

    // MARK: Filter gradient

    /// The output pixels as shards, each of which makes a partial sum.
    var gradientShards: Shards { Shards(of: pixels, atLeast: 256, limit: worthwhileShards) }

    /// The taps as shards: where pixels alone give too few, each makes its own rows of the filter's gradient.
    var gradientTaps: Shards {
        let missing = (worthwhileShards + gradientShards.shards - 1) / gradientShards.shards
        let kernel = geometry.kernel
        return Shards(of: kernel.area, limit: missing == 1 ? 1 : missing <= kernel.height ? kernel.height : kernel.area)
    }
}
