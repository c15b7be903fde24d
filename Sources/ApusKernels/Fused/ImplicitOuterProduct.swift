import ApusBLAS
import ApusParallel
import CHardware

/// The gradient of a filter as a sum of outer products of input pixels and output gradients, without a matrix of patches:
///
///     dW[(i, j, c), o] = Σ x[pixel seen through tap (i, j), c] · dY[pixel, o]  over all output pixels
///
/// Tiles hold twelve rows of dW by a panel of output channels in registers while they run over a block of pixels. The block's
/// gradients are packed panel by panel, small enough for a first-level cache, in the pass that undoes pooling and ReLU;
/// the input is read where it lies. Where a tap falls on padding its rows run over fewer pixels.
struct ImplicitOuterProduct: Sendable {
    /// Rows of dW whose left factors neighbour each other, and the output pixels that they see inside the image.
    struct Rows: Sendable {
        let first: Int
        let count: Int
        let lines: Range<Int>
        let positions: Range<Int>
        /// The scalar of the input that the first row sees from output pixel (0, 0); may lie before the image.
        let source: Int
    }

    let geometry: ConvolutionGeometry
    let images: Int
    let lanes: Int
    let precision: Precision
    /// The geometry of what tiles read: in bfloat16 they read the words of pairs of columns.
    private let operand: ConvolutionGeometry
    private let rows: [Rows]
    /// For each number of images up to the largest.
    private var cuts: [Cut] = []

    /// Positions of a block: in float32 their two vectors of gradients take a sixteenth of a second-level cache. The same in every
    /// instruction set, so that sums are cut alike.
    private static let blockPositions = min(1024, max(128, CacheSizes.current.bytes(ofLevel: 2) / 16 / 128))
    /// Multiply-adds that are worth a shard of their own.
    private static let shardProduct = 1_000_000
    /// Shards that keep many cores busy.
    private static let wantedShards = 16

    init(_ convolution: ConvolutionGeometry, images: Int, lanes: Int, precision: Precision) {
        let geometry = precision == .bfloat16 ? convolution.ofColumnPairs : convolution
        self.geometry = convolution
        operand = geometry
        self.images = images
        self.lanes = lanes
        self.precision = precision
        var rows: [Rows] = []
        let depth = geometry.groupInputChannels
        let all = (0..<geometry.input.height, 0..<geometry.input.width)
        for i in 0..<geometry.kernel.height {
            let lines = geometry.rows.outputs(seeing: all.0, through: i, among: 0..<geometry.output.height)
            for j in 0..<geometry.kernel.width {
                let positions = geometry.columns.outputs(seeing: all.1, through: j, among: 0..<geometry.output.width)
                if lines.isEmpty || positions.isEmpty { continue }
                let source =
                    (geometry.rows.position(output: 0, tap: i) * geometry.input.width
                        + geometry.columns.position(output: 0, tap: j)) * geometry.inputChannels
                let first = (i * geometry.kernel.width + j) * depth
                if let last = rows.last, last.source + last.count == source, last.first + last.count == first,
                    last.lines == lines, last.positions == positions
                {
                    rows[rows.count - 1] = Rows(
                        first: last.first, count: last.count + depth, lines: lines, positions: positions,
                        source: last.source)
                } else {
                    rows.append(
                        Rows(first: first, count: depth, lines: lines, positions: positions, source: source))
                }
            }
        }
        self.rows = rows
        cuts = (1...images).map(makeCut)
    }

    /// Whether some taps see padding alone, so that their rows of the gradient are zero.
    private var hasBlindTaps: Bool { rows.reduce(0) { $0 + $1.count } < geometry.patchSize }

    // MARK: Blocks and shards

    private var area: Int { geometry.output.area }

    /// Panels of all groups: each is a shard's whole work over its blocks.
    private var panels: FilterPanels {
        FilterPanels(
            columns: geometry.groupOutputChannels, rows: geometry.patchSize, groups: geometry.groups, lanes: lanes)
    }

    /// How the work is cut: the rows of dW into parts, and the sum over the pixels into shards that are added up afterwards.
    private struct Cut: Sendable {
        let parts: Shards
        let sums: Int
    }

    /// Parts read the images again, shards of the sum write the filter's gradient again: as many shards as are worth having,
    /// by the way that moves less.
    private func makeCut(images: Int) -> Cut {
        let columns = geometry.groups * widePanels
        let worthwhile = min(Self.wantedShards, max(1, geometry.flops(images: images) / 2 / Self.shardProduct))
        let candidates = hasBlindTaps ? [1] : Set([1, min(3, rows.count), rows.count]).sorted()
        let cuts = candidates.map { parts in
            let wanted = (worthwhile + columns * parts / 2) / (columns * parts)
            return Cut(
                parts: Shards(of: rows.count, limit: parts), sums: max(1, min(wanted, images * area / 32)))
        }
        let best = cuts.min { traffic($0, images) < traffic($1, images) }
        return best ?? Cut(parts: Shards(of: rows.count, limit: 1), sums: 1)
    }

    /// Panels of a group if they were of the widest vectors: so that sums are cut alike in every instruction set.
    private var widePanels: Int { (geometry.groupOutputChannels + 31) / 32 }

    /// Scalars that a cut moves besides those that every cut does.
    private func traffic(_ cut: Cut, _ images: Int) -> Int {
        let read = (cut.parts.shards - 1) * images * (widePanels * geometry.inputCount + geometry.outputCount)
        return read + (cut.sums > 1 ? 3 * cut.sums * geometry.filterCount : 0)
    }

    /// The lines of the output in all images, as blocks: some lines of an image, or some whole images.
    private func blocks(images: Int) -> (images: Shards, lines: Shards) {
        let positions = max(1, min(Self.blockPositions, images * area / cuts[images - 1].sums))
        // Windows of a pooling keep their two lines together.
        let height = geometry.output.height
        if positions < area {
            let lines = max(2, positions / geometry.output.width / 2 * 2)
            let half = height.isMultiple(of: 2) ? height / 2 : height
            let size = height.isMultiple(of: 2) ? lines / 2 : lines
            return (Shards(of: images, limit: images), Shards(of: half, limit: (half + size - 1) / size))
        }
        let size = positions / area
        return (Shards(of: images, limit: (images + size - 1) / size), Shards(of: height, limit: 1))
    }

    private func sums(images: Int) -> Shards {
        let (imageBlocks, lineBlocks) = blocks(images: images)
        return Shards(of: imageBlocks.shards * lineBlocks.shards, limit: cuts[images - 1].sums)
    }

    /// Most positions of a block of any number of images up to the largest.
    private var mostPositions: Int {
        max(Self.blockPositions, 2 * geometry.output.width) + 2 * geometry.output.width
    }

    private var partialCount: Int { geometry.filterCount + geometry.outputChannels }

    func workspaceCount(threads: Int) -> Int {
        // Fewer images may be cut another way.
        let most = (1...images).map { sums(images: $0).shards }
        return (most.max() ?? 1) * partialCount + threads * scratchCount + pairedInputCount
    }

    /// A worker's panel of gradients, and in bfloat16 two lines of it in float32.
    private var scratchCount: Int {
        (mostPositions + (precision == .bfloat16 ? 2 * geometry.output.width : 0)) * 2 * lanes
    }

    /// Words of all input images.
    private var pairedInputCount: Int { precision == .bfloat16 ? images * operand.inputCount : 0 }

    // MARK: Running

    /// The gradients with respect to filter and bias, summed over the images.
    @inline(__always)
    func run<Scalar: BLASScalar>(
        _ tiles: TileSet, images: Int, input: UnsafePointer<Scalar>, outputGradient: OutputGradient<Scalar>,
        filterGradient: UnsafeMutablePointer<Scalar>, biasGradient: UnsafeMutablePointer<Scalar>?,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let sums = sums(images: images)
        let isPartial = sums.shards > 1
        let panels = panels
        let paired = workspace + (isPartial ? sums.shards * partialCount : 0)
        let scratch = paired + pairedInputCount
        let scratchCount = scratchCount
        let parts = cuts[images - 1].parts
        if precision == .bfloat16 {
            pool.forEach(images) { image, _ in pairColumns(tiles, ofImage: image, input, to: paired) }
        }
        let operand = precision == .bfloat16 ? UnsafePointer(paired) : input
        pool.forEach(sums.shards * geometry.groups * panels.panels * parts.shards) { shard, worker in
            let (share, part) = shard.quotientAndRemainder(dividingBy: parts.shards)
            let (sum, index) = share.quotientAndRemainder(dividingBy: geometry.groups * panels.panels)
            let partial = workspace + sum * partialCount
            let (group, panel) = index.quotientAndRemainder(dividingBy: panels.panels)
            let columns = panels.columns(ofPanel: panel)
            let first = group * panels.columns + columns.lowerBound
            addBlocks(
                tiles, images: images, blocks: sums[sum], rows: rows[parts[part]], group: group,
                channels: first..<first + columns.count, width: panels.width(ofPanel: panel), operand, outputGradient,
                to: isPartial ? partial : filterGradient,
                biasGradient == nil || part > 0
                    ? nil : isPartial ? partial + geometry.filterCount : biasGradient,
                scratch + worker * scratchCount)
        }
        if !isPartial { return }
        PartialSums.combine(
            workspace, count: sums.shards, stride: partialCount, length: geometry.filterCount, into: filterGradient,
            pool: pool)
        if let biasGradient {
            PartialSums.combine(
                workspace + geometry.filterCount, count: sums.shards, stride: partialCount,
                length: geometry.outputChannels, into: biasGradient, pool: pool)
        }
    }

    /// Writes the words of an image's lines: each pixel of a padded line with the one that the next output column sees
    /// through the same tap.
    @inline(__always)
    private func pairColumns<Scalar: BLASScalar>(
        _ tiles: TileSet, ofImage image: Int, _ input: UnsafePointer<Scalar>, to paired: UnsafeMutablePointer<Scalar>
    ) {
        let (width, channels) = (geometry.input.width, geometry.inputChannels)
        let lower = geometry.padLeft..<geometry.padLeft + width
        let upper = lower.lowerBound - geometry.stride.width..<lower.upperBound - geometry.stride.width
        for line in 0..<geometry.input.height {
            let source = input + image * geometry.inputCount + line * width * channels
            let target = paired + image * operand.inputCount + line * operand.input.width * channels
            var first = 0
            while first < operand.input.width {
                let end = min(
                    lower.nextBoundary(after: first), upper.nextBoundary(after: first), operand.input.width)
                tiles.pairRows(
                    lower.contains(first) ? source + (first - lower.lowerBound) * channels : nil,
                    upper.contains(first) ? source + (first - upper.lowerBound) * channels : nil,
                    count: (end - first) * channels, to: target + first * channels)
                first = end
            }
        }
    }

    @inline(__always)
    private func addBlocks<Scalar: BLASScalar>(
        _ tiles: TileSet, images: Int, blocks range: Range<Int>, rows: ArraySlice<Rows>, group: Int,
        channels: Range<Int>, width: Int,
        _ input: UnsafePointer<Scalar>, _ outputGradient: OutputGradient<Scalar>,
        to filterGradient: UnsafeMutablePointer<Scalar>, _ biasGradient: UnsafeMutablePointer<Scalar>?,
        _ packed: UnsafeMutablePointer<Scalar>
    ) {
        let (imageBlocks, lineBlocks) = blocks(images: images)
        let linesPerUnit = lineBlocks.count == geometry.output.height ? 1 : 2
        let height = geometry.output.height
        let lineCount = operand.output.width * width
        let bias = biasGradient.map { $0 + channels.lowerBound }
        bias?.update(repeating: 0, count: channels.count)
        let target = filterGradient + channels.lowerBound
        if hasBlindTaps {
            for row in 0..<geometry.patchSize {
                (target + row * geometry.outputChannels).update(repeating: 0, count: channels.count)
            }
        }
        let depth = group * geometry.groupInputChannels
        for block in range {
            let block0 = imageBlocks[block / lineBlocks.shards]
            let units = lineBlocks[block % lineBlocks.shards]
            let lines = units.lowerBound * linesPerUnit..<units.upperBound * linesPerUnit
            for image in block0 {
                let pooled = outputGradient.taps == nil ? 1 : 2
                for line in stride(from: lines.lowerBound, to: lines.upperBound, by: pooled) {
                    pack(
                        outputGradient, line: (image * height + line) / pooled, pooled: pooled, channels: channels,
                        to: packed + ((image - block0.lowerBound) * lines.count + line - lines.lowerBound) * lineCount,
                        plainLines: packed + mostPositions * 2 * lanes, width: width, lineCount: lineCount, sums: bias,
                        tiles)
                }
            }
            for rows in rows {
                let seen = rows.lines.clamped(to: lines)
                let isFirst = block == range.lowerBound
                if seen.isEmpty && !isFirst { continue }
                let firstPixel =
                    seen.lowerBound * operand.stride.height * operand.input.width
                    + rows.positions.lowerBound * operand.stride.width
                var product = chardware_outer_product(
                    left: input + (block0.lowerBound * operand.inputCount + depth + rows.source)
                        + firstPixel * operand.inputChannels,
                    right: packed + (seen.lowerBound - lines.lowerBound) * lineCount
                        + rows.positions.lowerBound * width,
                    target: target + rows.first * geometry.outputChannels, images: block0.count, lines: seen.count,
                    positions: rows.positions.count, left_image_stride: operand.inputCount,
                    left_line_stride: operand.stride.height * operand.input.width * operand.inputChannels,
                    left_stride: operand.stride.width * operand.inputChannels,
                    right_image_stride: lines.count * lineCount, right_line_stride: lineCount, right_stride: width,
                    target_stride: geometry.outputChannels, rows: rows.count, channels: channels.count,
                    adds: !isFirst)
                tiles.multiply(&product, precision, as: Scalar.self)
            }
        }
    }

    /// Packs the gradients of a line of what the last operation gave: of one line of the output, or of two.
    @inline(__always)
    private func pack<Scalar: BLASScalar>(
        _ outputGradient: OutputGradient<Scalar>, line: Int, pooled: Int, channels: Range<Int>,
        to target: UnsafeMutablePointer<Scalar>, plainLines: UnsafeMutablePointer<Scalar>, width: Int, lineCount: Int,
        sums: UnsafeMutablePointer<Scalar>?, _ tiles: TileSet
    ) {
        let isPaired = precision == .bfloat16
        let plainCount = geometry.output.width * width
        outputGradient.write(
            line: line, width: geometry.output.width / pooled, channels: channels, of: geometry.outputChannels,
            to: isPaired ? plainLines : target, targetPixel: width, targetLine: isPaired ? plainCount : lineCount,
            sums: sums, tiles)
        if !isPaired { return }
        for line in 0..<pooled {
            for pair in 0..<operand.output.width {
                let lower = plainLines + line * plainCount + 2 * pair * width
                tiles.pairRows(
                    lower, 2 * pair + 1 < geometry.output.width ? lower + width : nil, count: channels.count,
                    to: target + line * lineCount + pair * width)
            }
        }
    }
}

extension Range<Int> {
    /// The next place where being inside the range changes.
    fileprivate func nextBoundary(after place: Int) -> Int {
        place < lowerBound ? lowerBound : place < upperBound ? upperBound : .max
    }
}
