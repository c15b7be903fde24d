import ApusBLAS
import ApusParallel
import CHardware

/// A 3×3 convolution of stride 1 as Winograd's F(m×m, 3×3) ("Fast Algorithms for Convolutional Neural Networks", Lavin and Gray
/// 2015, arXiv 1509.09308): tiles of (m + 2)² source pixels are transformed, each of their (m + 2)² elements is a product
/// `[tiles, source channels] · [source channels, target channels]` of its own, and what these give is transformed to m² target
/// pixels. F(4×4) takes a quarter of the multiply-adds, F(2×2) four ninths.
///
/// Work is cut into blocks of tiles: some whole images, or some lines of tiles of one.
struct WinogradProduct: Sendable {
    /// Lines and columns of target pixels in a tile: 2 or 4.
    let m: Int
    let source: ImplicitProduct.Image
    let target: ImplicitProduct.Image
    /// Lines and pixels of zeros above and left of the source; negative where some are never seen.
    let top: Int
    let left: Int
    let precision: Precision
    /// The layout of the transformed filter of one element.
    let panels: FilterPanels
    /// The same as tiles read it: in bfloat16 rows are words of two.
    private let operandPanels: FilterPanels
    /// Most tiles of a block.
    let blockTiles: Int
    private let images: Int
    private let lines: WinogradTileAxis
    private let columns: WinogradTileAxis
    private let sourceOffsets: [Int]
    private let targetOffsets: [Int]

    /// Scalars of a block's transformed tiles, and of a panel of its products: as many of float32 as a second-level cache
    /// holds. The transformed filter is read once for each block.
    private static let blockScalars = CacheSizes.current.bytes(ofLevel: 2) / 4
    /// Tiles of a block that are worth reading the transformed filter for.
    private static let fewestTiles = 16
    /// Shards that keep many cores busy.
    private static let wantedShards = 16

    init(
        m: Int, source: ImplicitProduct.Image, target: ImplicitProduct.Image, top: Int, left: Int, images: Int,
        lanes: Int, precision: Precision
    ) {
        self.m = m
        self.source = source
        self.target = target
        self.top = top
        self.left = left
        self.images = images
        self.precision = precision
        panels = FilterPanels(columns: target.channels, rows: source.channels, groups: 1, lanes: lanes)
        operandPanels = precision == .bfloat16 ? panels.paired(taps: 1) : panels
        let sourceWords = precision.words(source.channels)
        let elements = (m + 2) * (m + 2)
        let most = max(Self.fewestTiles, Self.blockScalars / (elements * (sourceWords + 2 * lanes)))
        (lines, columns) = Self.axes(target.size, m: m)
        let imageTiles = lines.tiles * columns.tiles
        let share = (images * imageTiles + Self.wantedShards - 1) / Self.wantedShards
        let wanted = min(most, max(Self.fewestTiles, share))
        blockTiles =
            wanted >= imageTiles ? wanted / imageTiles * imageTiles : max(1, wanted / columns.tiles) * columns.tiles
        let pairs = (blockTiles + 1) / 2
        sourceOffsets = (0..<pairs).map { 2 * $0 * sourceWords }
        targetOffsets = (0..<pairs).map { 4 * $0 * lanes }
    }

    /// F(2×2) is the more exact, so F(4×4) has to be clearly ahead.
    static func bestTile(for target: Size2D) -> Int {
        10 * multiplications(target, m: 4) < 9 * multiplications(target, m: 2) ? 4 : 2
    }

    /// Products of transformed elements that an image of a channel takes.
    static func multiplications(_ target: Size2D, m: Int) -> Int {
        let (lines, columns) = axes(target, m: m)
        return lines.points * columns.points
    }

    /// How lines and columns of the target are cut into tiles.
    static func axes(_ target: Size2D, m: Int) -> (lines: WinogradTileAxis, columns: WinogradTileAxis) {
        (WinogradTileAxis(target.height, m: m), WinogradTileAxis(target.width, m: m))
    }

    /// How many tiles earlier a tile's share of the source is fetched: more than a line of them, as a tile's pixels lie all over the
    /// share of its line.
    static func tilesAhead(_ columns: WinogradTileAxis) -> Int { columns.tiles + 1 }

    /// Elements of a transformed tile.
    var elements: Int { (m + 2) * (m + 2) }
    private var imageTiles: Int { lines.tiles * columns.tiles }
    private var pairs: Int { sourceOffsets.count }

    /// Multiply-adds for some images, in F(2×2) with those of tiles that reach beyond the target.
    func multiplyAdds(images: Int) -> Int {
        images * lines.points * columns.points * source.channels * target.channels
    }

    // A cache line more than a power of two: else all elements of a tile would fall into one set of the caches.
    private var sourceStep: Int { 2 * pairs * sourceWords + 16 }
    private var targetStep: Int { 2 * pairs * panelWidth + 16 }

    private var sourceWords: Int { precision.words(source.channels) }
    private var panelWidth: Int { 2 * panels.lanes }

    /// Scalars of the transformed filter, and in bfloat16 of what it is packed into again.
    var filterCount: Int { elements * (panels.count + (precision == .bfloat16 ? operandPanels.count : 0)) }
    /// Scalars of a worker's transformed tiles.
    var scratchCount: Int { elements * (sourceStep + targetStep) }

    // MARK: Blocks

    /// Some lines of tiles of each of some images.
    struct Block {
        let images: Range<Int>
        let tileLines: Range<Int>
    }

    struct Blocks {
        let images: Shards
        let tileLines: Shards

        var count: Int { images.shards * tileLines.shards }

        subscript(index: Int) -> Block {
            let (image, line) = index.quotientAndRemainder(dividingBy: tileLines.shards)
            return Block(images: images[image], tileLines: tileLines[line])
        }
    }

    /// All blocks of so many images.
    func blocks(images: Int) -> Blocks {
        if blockTiles >= imageTiles {
            let size = blockTiles / imageTiles
            return Blocks(
                images: Shards(of: images, limit: (images + size - 1) / size),
                tileLines: Shards(of: lines.tiles, limit: 1))
        }
        let size = blockTiles / columns.tiles
        return Blocks(
            images: Shards(of: images, limit: images),
            tileLines: Shards(of: lines.tiles, limit: (lines.tiles + size - 1) / size))
    }

    /// Most source lines that a block of any number of images sees, those of all its images counted.
    var mostSourceLines: Int {
        blockTiles >= imageTiles ? blockTiles / imageTiles * source.size.height : blockTiles / columns.tiles * m + 2
    }

    /// The source lines that a block sees.
    func sourceLines(_ block: Block) -> Range<Int> {
        let first = block.tileLines.lowerBound * m - top
        let end = block.tileLines.upperBound * m - top + 2
        let lower = min(max(0, first), source.size.height)
        return lower..<max(lower, min(end, source.size.height))
    }

    // MARK: Running

    /// Transforms a filter `[3, 3, source channels, target channels]` and packs it.
    ///
    /// - Parameter isTurned: Whether the taps are taken from the last to the first.
    @inline(__always)
    func transform<Scalar: BLASScalar>(
        filter: UnsafePointer<Scalar>, isTurned: Bool, to transformed: UnsafeMutablePointer<Scalar>, _ tiles: TileSet,
        pool: WorkerPool
    ) {
        let rows = Shards(of: source.channels, atLeast: max(1, 2048 / target.channels))
        pool.forEach(rows.shards) { shard, _ in
            for panel in 0..<panels.panels {
                let columns = panels.columns(ofPanel: panel)
                let width = panels.width(ofPanel: panel)
                let first = transformed + panels.offset(group: 0, panel: panel)
                if shard == 0 {
                    for element in 0..<elements {
                        (first + element * panels.count).update(repeating: 0, count: width)
                    }
                }
                for row in rows[shard] {
                    var transform = chardware_winograd_filter(
                        m: Int32(m), filter: filter + row * target.channels + columns.lowerBound,
                        tap_step: source.channels * target.channels, count: columns.count, is_turned: isTurned,
                        target: first + (1 + row) * width, target_step: panels.count)
                    tiles.transform(&transform, as: Scalar.self)
                }
            }
        }
        if precision == .bfloat16 { pair(transformed, tiles, pool: pool) }
    }

    /// Packs the transformed filter again in bfloat16.
    @inline(__always)
    private func pair<Scalar: BLASScalar>(
        _ transformed: UnsafeMutablePointer<Scalar>, _ tiles: TileSet, pool: WorkerPool
    ) {
        pool.forEach(elements * panels.panels) { shard, _ in
            let (element, panel) = shard.quotientAndRemainder(dividingBy: panels.panels)
            let (width, count) = (panels.width(ofPanel: panel), panels.columns(ofPanel: panel).count)
            let source = transformed + element * panels.count + panels.offset(group: 0, panel: panel)
            let target =
                transformed + elements * panels.count + element * operandPanels.count
                + operandPanels.offset(group: 0, panel: panel)
            target.update(repeating: 0, count: width)
            for word in 0..<operandPanels.rows {
                let row = source + (1 + 2 * word) * width
                tiles.pairRows(
                    row, 2 * word + 1 < panels.rows ? row + width : nil, count: count,
                    to: target + (1 + word) * width)
            }
        }
    }

    /// What a run writes besides the product.
    struct Epilogue<Scalar: BLASScalar> {
        var start: UnsafePointer<Scalar>?
        var rectifies = false
        var pools = false
        var taps: UnsafeMutablePointer<Int8>?
    }

    /// Computes a block, a panel of target channels after the other.
    ///
    /// - Parameters:
    ///   - source: Where line 0 of the block's first image would lie, and other images `source.count` apart.
    ///   - isFar: Whether the source lies in memory rather than in a cache.
    ///   - result: The first image of all that are written.
    @inline(__always)
    func run<Scalar: BLASScalar>(
        _ tiles: TileSet, _ block: Block, source input: UnsafePointer<Scalar>, isFar: Bool,
        transformed filter: UnsafePointer<Scalar>, result: UnsafeMutablePointer<Scalar>, epilogue: Epilogue<Scalar>,
        scratch: UnsafeMutablePointer<Scalar>
    ) {
        let products = scratch + elements * sourceStep
        let tileScalars = source.count / imageTiles
        let tilesAhead = Self.tilesAhead(columns)
        let rows = WinogradTileRows(
            lines: lines, columns: columns, images: block.images.count, range: block.tileLines)
        for image in 0..<block.images.count {
            for line in block.tileLines {
                for column in 0..<columns.tiles {
                    let row = rows.row(image: image, line: line, column: column)
                    var transform = chardware_winograd_input(
                        m: Int32(m), lines: Int32(lines.pixels(ofTile: line)),
                        columns: Int32(columns.pixels(ofTile: column)), is_gradient: false,
                        source: input + image * source.count, other: nil,
                        height: source.size.height, width: source.size.width, line_step: source.line,
                        pixel_step: source.channels, top: line * m - top, left: column * m - left,
                        channels: source.channels, target: scratch + row * sourceWords, target_step: sourceStep,
                        panel: 0, panel_step: 0, ahead: (line * columns.tiles + column + tilesAhead) * tileScalars,
                        ahead_count: isFar ? tileScalars : 0)
                    tiles.transform(&transform, precision, as: Scalar.self)
                }
            }
        }
        for panel in 0..<operandPanels.panels {
            multiply(tiles, rows, panel: panel, scratch, filter, to: products)
            finish(
                tiles, block, rows, channels: panels.columns(ofPanel: panel), products, result: result,
                epilogue: epilogue)
        }
    }

    /// A panel of the product of each element; an odd last tile has a neighbour of whatever the memory holds.
    @inline(__always)
    private func multiply<Scalar: BLASScalar>(
        _ tiles: TileSet, _ rows: WinogradTileRows, panel: Int, _ scratch: UnsafePointer<Scalar>,
        _ filter: UnsafePointer<Scalar>,
        to products: UnsafeMutablePointer<Scalar>
    ) {
        let run = chardware_run(source: 0, panel_row: 0, length: sourceWords)
        let filter = filter + (precision == .bfloat16 ? elements * panels.count : 0)
        let channels = operandPanels.columns(ofPanel: panel).count
        sourceOffsets.withUnsafeBufferPointer { sources in
            targetOffsets.withUnsafeBufferPointer { targets in
                withUnsafePointer(to: run) { run in
                    for element in 0..<elements {
                        let rows = rows.rows(ofElement: element)
                        if rows.isEmpty { continue }
                        let location = FilterPanels.Location.packed(filter + element * operandPanels.count)
                        let operand = operandPanels.panel(group: 0, panel: panel, in: location)
                        var product = chardware_product(
                            source: scratch + element * sourceStep + rows.lowerBound * sourceWords,
                            source_offsets: sources.baseAddress,
                            source_step: sourceWords, runs: run, run_count: 1, panel: operand.rows,
                            panel_stride: operand.stride, start: nil,
                            output: products + element * targetStep + rows.lowerBound * panelWidth,
                            output_offsets: targets.baseAddress, output_step: panelWidth, pairs: (rows.count + 1) / 2,
                            channels: channels, rectifies: false, pools: false, taps: nil, sums: nil, sums_step: 0)
                        tiles.multiply(&product, precision, as: Scalar.self)
                    }
                }
            }
        }
    }

    /// Transforms the products of some channels to pixels.
    @inline(__always)
    private func finish<Scalar: BLASScalar>(
        _ tiles: TileSet, _ block: Block, _ rows: WinogradTileRows, channels: Range<Int>,
        _ products: UnsafePointer<Scalar>, result: UnsafeMutablePointer<Scalar>, epilogue: Epilogue<Scalar>
    ) {
        let step = epilogue.pools ? 2 : 1
        let (height, width) = (target.size.height / step, target.size.width / step)
        for image in block.images {
            for line in block.tileLines {
                for column in 0..<columns.tiles {
                    let row = rows.row(image: image - block.images.lowerBound, line: line, column: column)
                    let (y, x) = (line * m / step, column * m / step)
                    let offset = ((image * height + y) * width + x) * target.channels + channels.lowerBound
                    var transform = chardware_winograd_output(
                        m: Int32(m), lines: Int32(lines.pixels(ofTile: line)),
                        columns: Int32(columns.pixels(ofTile: column)), products: products + row * panelWidth,
                        product_step: targetStep,
                        start: epilogue.start.map { $0 + channels.lowerBound }, output: result + offset,
                        line_step: width * target.channels, pixel_step: target.channels, height: height - y,
                        width: width - x, channels: channels.count, rectifies: epilogue.rectifies,
                        pools: epilogue.pools, taps: epilogue.taps.map { $0 + offset })
                    tiles.transform(&transform, as: Scalar.self)
                }
            }
        }
    }
}
