import ApusBLAS
import ApusParallel
import CHardware

/// The gradient of a 3×3 filter of stride 1 as Winograd's F(3×3, m×m): a tile of m² output gradients takes the place of the
/// filter that slides over (m + 2)² pixels. Tiles of both are transformed, each of their (m + 2)² elements is a sum of outer
/// products `[input channels, tiles] · [tiles, output channels]` of its own, and what these give is transformed once, to 3×3
/// taps. It takes as many multiply-adds as ``WinogradProduct`` does for the output.
///
/// Images are worked on in chunks whose transformed tiles a third-level cache holds: first they are transformed, then the sum of
/// each element and panel of output channels goes on. Chunks do not depend on the threads, so neither do results.
struct WinogradOuterProduct: Sendable {
    let geometry: ConvolutionGeometry
    /// Lines and columns of output gradients in a tile: 2 or 4.
    let m: Int
    private let images: Int
    private let lanes: Int
    private let precision: Precision
    private let epilogue: ConvolutionEpilogue
    private let lines: WinogradTileAxis
    private let columns: WinogradTileAxis

    /// Scalars of a chunk's transformed tiles, both sides together.
    private static let chunkScalars = 2 << 20
    /// Least multiply-adds of a chunk for each of its sums, which are read and written again for each.
    private static let fewestTiles = 64
    init(
        _ geometry: ConvolutionGeometry, images: Int, m: Int, lanes: Int, precision: Precision,
        epilogue: ConvolutionEpilogue
    ) {
        self.geometry = geometry
        self.m = m
        self.images = images
        self.lanes = lanes
        self.precision = precision
        self.epilogue = epilogue
        (lines, columns) = WinogradProduct.axes(geometry.output, m: m)
    }

    private var elements: Int { (m + 2) * (m + 2) }
    private var imageTiles: Int { lines.tiles * columns.tiles }

    /// Multiply-adds for some images, in F(2×2) with those of tiles that reach beyond the output.
    func multiplyAdds(images: Int) -> Int {
        images * lines.points * columns.points * geometry.inputChannels * geometry.outputChannels
    }

    // MARK: Memory

    /// Images that share words.
    private var shared: Int { precision == .bfloat16 ? 2 : 1 }

    /// Most images of a chunk, whole words of them.
    private var chunkImages: Int {
        let tile = elements * (geometry.inputChannels + geometry.outputChannels) / shared
        let fitting = max(Self.chunkScalars / (tile * imageTiles), Self.fewestTiles / imageTiles, 1)
        return min((images + shared - 1) / shared, (fitting + shared - 1) / shared) * shared
    }

    /// Rows of an element's transformed tiles in a chunk.
    private var chunkRows: Int { chunkImages / shared * imageTiles }

    private var panelWidth: Int { 2 * lanes }
    private var panels: Int { (geometry.outputChannels + panelWidth - 1) / panelWidth }

    // A cache line more than a power of two: else all elements of a tile, or all rows of an element, would fall into a few sets
    // of the caches.
    private var leftRow: Int { geometry.inputChannels + 16 }
    private var leftStep: Int { chunkRows * leftRow + 16 }
    private var rightStep: Int { panels * chunkRows * panelWidth + 16 }
    private var sumStep: Int { geometry.inputChannels * geometry.outputChannels + 16 }

    /// Scalars of an image's output gradients, where they have to be made from those behind ReLU and pooling.
    private var expandedCount: Int { epilogue.changesGradient ? shared * geometry.outputCount : 0 }

    func workspaceCount(threads: Int) -> Int {
        elements * (leftStep + rightStep + sumStep) + chunkImages * geometry.outputChannels + threads * expandedCount
    }

    // MARK: Running

    @inline(__always)
    func run<Scalar: BLASScalar>(
        _ tiles: TileSet, images: Int, input: UnsafePointer<Scalar>, outputGradient: OutputGradient<Scalar>,
        filterGradient: UnsafeMutablePointer<Scalar>, biasGradient: UnsafeMutablePointer<Scalar>?,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let left = workspace
        let right = left + elements * leftStep
        let sums = right + elements * rightStep
        let biasSums = sums + elements * sumStep
        let expanded = biasSums + chunkImages * geometry.outputChannels
        biasGradient?.update(repeating: 0, count: geometry.outputChannels)
        for first in stride(from: 0, to: images, by: chunkImages) {
            let chunk = first..<min(images, first + chunkImages)
            let groups = (chunk.count + shared - 1) / shared
            let rows = WinogradTileRows(lines: lines, columns: columns, images: groups)
            // Few, because images are fetched ahead that follow one another. Nothing is summed over groups, so results do not depend
            // on the number of threads.
            let shards = Shards(of: groups, limit: 2 * pool.threads)
            pool.forEach(shards.shards) { shard, worker in
                for group in shards[shard] {
                    let own =
                        chunk.lowerBound + group
                        * shared..<min(
                            chunk.upperBound, chunk.lowerBound + (group + 1) * shared)
                    transform(
                        tiles, own, group: group, rows, input: input, outputGradient: outputGradient,
                        left: left, right: right,
                        sums: biasGradient == nil
                            ? nil : biasSums + (own.lowerBound - chunk.lowerBound) * geometry.outputChannels,
                        expanded: expanded + worker * expandedCount)
                }
            }
            pool.forEach(elements * panels) { shard, _ in
                let (element, panel) = shard.quotientAndRemainder(dividingBy: panels)
                let rows = rows.rows(ofElement: element)
                let channels = panel * panelWidth..<min(geometry.outputChannels, (panel + 1) * panelWidth)
                var product = chardware_outer_product(
                    left: left + element * leftStep + rows.lowerBound * leftRow,
                    right: right + element * rightStep + (panel * chunkRows + rows.lowerBound) * panelWidth,
                    target: sums + element * sumStep + channels.lowerBound, images: 1, lines: 1, positions: rows.count,
                    left_image_stride: 0, left_line_stride: 0, left_stride: leftRow,
                    right_image_stride: 0, right_line_stride: 0, right_stride: panelWidth,
                    target_stride: geometry.outputChannels, rows: geometry.inputChannels, channels: channels.count,
                    adds: first > 0)
                tiles.multiply(&product, precision, as: Scalar.self)
            }
            if let biasGradient {
                for image in 0..<chunk.count {
                    Runs.add(
                        geometry.outputChannels, biasSums + image * geometry.outputChannels, to: biasGradient)
                }
            }
        }
        let rows = Shards(of: geometry.inputChannels, atLeast: max(1, 1024 / geometry.outputChannels))
        pool.forEach(rows.shards) { shard, _ in
            var gradient = chardware_winograd_filter_gradient(
                m: Int32(m), products: sums + rows[shard].lowerBound * geometry.outputChannels, product_step: sumStep,
                count: rows[shard].count * geometry.outputChannels,
                filter: filterGradient + rows[shard].lowerBound * geometry.outputChannels,
                tap_step: geometry.inputChannels * geometry.outputChannels)
            tiles.transform(&gradient, as: Scalar.self)
        }
    }

    /// Transforms the tiles of an image, or of two that share words, to the rows of a group.
    @inline(__always)
    private func transform<Scalar: BLASScalar>(
        _ tiles: TileSet, _ images: Range<Int>, group: Int, _ rows: WinogradTileRows, input: UnsafePointer<Scalar>,
        outputGradient: OutputGradient<Scalar>, left: UnsafeMutablePointer<Scalar>,
        right: UnsafeMutablePointer<Scalar>, sums: UnsafeMutablePointer<Scalar>?,
        expanded: UnsafeMutablePointer<Scalar>
    ) {
        sums?.update(repeating: 0, count: images.count * geometry.outputChannels)
        var slopes = outputGradient.gradient + images.lowerBound * geometry.outputCount
        if outputGradient.isPlain {
            if let sums {
                for image in 0..<images.count {
                    PartialSums.addRows(
                        rows: geometry.output.area, columns: geometry.outputChannels,
                        slopes + image * geometry.outputCount, to: sums + image * geometry.outputChannels)
                }
            }
        } else {
            outputGradient.write(
                images: images, lines: 0..<geometry.output.height, of: geometry, to: expanded, sums: sums, tiles)
            slopes = UnsafePointer(expanded)
        }
        let pixels = input + images.lowerBound * geometry.inputCount
        for line in 0..<lines.tiles {
            for column in 0..<columns.tiles {
                let place = rows.row(image: group, line: line, column: column)
                let tileLines = Int32(lines.pixels(ofTile: line))
                let tileColumns = Int32(columns.pixels(ofTile: column))
                // Behind this group's images lie the next one's.
                let (groupsAhead, tileAhead) = (line * columns.tiles + column + WinogradProduct.tilesAhead(columns))
                    .quotientAndRemainder(dividingBy: imageTiles)
                func ahead(_ imageScalars: Int) -> Int {
                    groupsAhead * shared * imageScalars + tileAhead * (imageScalars / imageTiles)
                }
                var seen = chardware_winograd_input(
                    m: Int32(m), lines: tileLines, columns: tileColumns, is_gradient: false, source: pixels,
                    other: images.count > 1 ? pixels + geometry.inputCount : nil, height: geometry.input.height,
                    width: geometry.input.width, line_step: geometry.input.width * geometry.inputChannels,
                    pixel_step: geometry.inputChannels, top: line * m - geometry.padTop,
                    left: column * m - geometry.padLeft, channels: geometry.inputChannels,
                    target: left + place * leftRow, target_step: leftStep, panel: 0, panel_step: 0,
                    ahead: ahead(geometry.inputCount),
                    ahead_count: geometry.inputCount / imageTiles)
                var slope = chardware_winograd_input(
                    m: Int32(m), lines: tileLines, columns: tileColumns, is_gradient: true, source: slopes,
                    other: images.count > 1 ? slopes + geometry.outputCount : nil, height: geometry.output.height,
                    width: geometry.output.width, line_step: geometry.output.width * geometry.outputChannels,
                    pixel_step: geometry.outputChannels, top: line * m, left: column * m,
                    channels: geometry.outputChannels, target: right + place * panelWidth, target_step: rightStep,
                    panel: panelWidth, panel_step: chunkRows * panelWidth,
                    ahead: ahead(geometry.outputCount),
                    ahead_count: outputGradient.isPlain ? geometry.outputCount / imageTiles : 0)
                if precision == .bfloat16 {
                    tiles.transformPair(&seen)
                    tiles.transformPair(&slope)
                } else {
                    tiles.transform(&seen, as: Scalar.self)
                    tiles.transform(&slope, as: Scalar.self)
                }
            }
        }
    }
}
