import ApusBLAS
import ApusParallel
import CHardware

/// A product of an image's patches and a filter whose matrix of patches is never made: tiles read the pixels where they
/// lie ("The Indirect Convolution Algorithm", Dukhan 2019, arXiv 1907.02129, with a table of pixel pairs for the whole
/// image instead of a pointer per tap).
///
/// Targets are cut into classes that see the same taps (``TapClass``), the pixels of a class into pairs a fixed step apart;
/// neighbours in a row where there are two, else in a column, else in two images. What a class needs to know is made
/// once: the runs of neighbouring scalars that each of its pixels reads, and where its pairs begin.
struct ImplicitProduct: Sendable {
    /// An image and how far apart its scalars lie.
    struct Image: Sendable {
        let size: Size2D
        let channels: Int

        var line: Int { size.width * channels }
        var count: Int { size.height * line }
    }

    /// Pairs of pixels that share runs and step.
    struct Pairs: Sendable {
        /// How the pairs of a block of images are found.
        enum Place: Sendable {
            /// So many in each image.
            case inImage(Int)
            /// One in each two images.
            case acrossImages
            /// A pixel of the last image if their number is odd, as both of a pair.
            case lastImage
        }

        let place: Place
        let runs: Range<Int>
        let sourceStep: Int
        let targetStep: Int
        /// Where the offsets begin in the tables.
        let firstSource: Int
        let firstTarget: Int
    }

    let source: Image
    let target: Image
    /// The target that is written: the target itself, or what a 2×2 pooling makes of it.
    let output: Image
    let pools: Bool
    let groups: Int
    private(set) var pairs: [Pairs] = []
    private(set) var runs: [chardware_run] = []
    private(set) var sourceOffsets: [Int] = []
    private(set) var targetOffsets: [Int] = []

    /// - Parameters:
    ///   - images: Images of a block.
    ///   - isTurned: Whether the filter's taps are packed from the last to the first.
    ///   - pools: Whether the maximum of each 2×2 window of targets is taken; only for a single class of targets.
    init(
        rows: [TapClass], columns: [TapClass], source: Image, target: Image, kernel: Size2D, groups: Int, images: Int,
        isTurned: Bool, pools: Bool = false
    ) {
        self.source = source
        self.target = target
        self.pools = pools
        self.groups = groups
        output =
            pools
            ? Image(
                size: Size2D(height: target.size.height / 2, width: target.size.width / 2), channels: target.channels)
            : target
        for row in rows {
            for column in columns {
                let first = runs.count
                appendRuns(row, column, kernel, isTurned)
                let runs = first..<runs.count
                if pools {
                    appendWindows(row, column, runs, images)
                } else {
                    appendPairs(row, column, runs, images)
                }
            }
        }
    }

    /// The runs of neighbouring scalars that a pixel of a class reads, relative to its first source pixel.
    private mutating func appendRuns(_ row: TapClass, _ column: TapClass, _ kernel: Size2D, _ isTurned: Bool) {
        let depth = source.channels / groups
        let first = runs.count
        for i in row.taps {
            for j in column.taps {
                var tap = i.tap * kernel.width + j.tap
                if isTurned { tap = kernel.area - 1 - tap }
                let run = chardware_run(
                    source: i.offset * source.line + j.offset * source.channels, panel_row: tap * depth, length: depth)
                if runs.count > first, let last = runs.last, last.source + last.length == run.source,
                    last.panel_row + last.length == run.panel_row
                {
                    runs[runs.count - 1].length += depth
                } else {
                    runs.append(run)
                }
            }
        }
    }

    /// Where the source and the target of a class's pixel begin.
    private func offsets(_ row: TapClass, _ r: Int, _ column: TapClass, _ c: Int) -> (source: Int, target: Int) {
        (
            (row.firstSource + r * row.sourceStep) * source.line
                + (column.firstSource + c * column.sourceStep) * source.channels,
            (row.first + r * row.step) * target.line + (column.first + c * column.step) * target.channels
        )
    }

    private mutating func append(
        _ place: Pairs.Place, _ runs: Range<Int>, images: Int, sourceStep: Int, targetStep: Int,
        _ offsets: [(source: Int, target: Int)]
    ) {
        pairs.append(
            Pairs(
                place: place, runs: runs, sourceStep: sourceStep, targetStep: targetStep,
                firstSource: sourceOffsets.count, firstTarget: targetOffsets.count))
        for image in 0..<images {
            sourceOffsets += offsets.map { $0.source + image * source.count }
            targetOffsets += offsets.map { $0.target + image * target.count }
        }
    }

    private mutating func appendPairs(_ row: TapClass, _ column: TapClass, _ runs: Range<Int>, _ images: Int) {
        let inRows = (0..<row.count).flatMap { r in
            stride(from: 0, to: column.count - 1, by: 2).map { offsets(row, r, column, $0) }
        }
        if !inRows.isEmpty {
            append(
                .inImage(inRows.count), runs, images: images, sourceStep: column.sourceStep * source.channels,
                targetStep: column.step * target.channels, inRows)
        }
        if column.count.isMultiple(of: 2) { return }
        let inColumn = stride(from: 0, to: row.count - 1, by: 2).map { offsets(row, $0, column, column.count - 1) }
        if !inColumn.isEmpty {
            append(
                .inImage(inColumn.count), runs, images: images, sourceStep: row.sourceStep * source.line,
                targetStep: row.step * target.line, inColumn)
        }
        if row.count.isMultiple(of: 2) { return }
        let last = offsets(row, row.count - 1, column, column.count - 1)
        let across = (0..<images / 2).map {
            (source: last.source + 2 * $0 * source.count, target: last.target + 2 * $0 * target.count)
        }
        append(
            .acrossImages, runs, images: 1, sourceStep: source.count, targetStep: target.count, across)
        append(.lastImage, runs, images: 1, sourceStep: 0, targetStep: 0, [last])
    }

    /// Two pairs for each window, one below the other; one target offset for both.
    private mutating func appendWindows(_ row: TapClass, _ column: TapClass, _ runs: Range<Int>, _ images: Int) {
        pairs.append(
            Pairs(
                place: .inImage(2 * output.size.area), runs: runs, sourceStep: column.sourceStep * source.channels,
                targetStep: 0, firstSource: sourceOffsets.count, firstTarget: targetOffsets.count))
        for image in 0..<images {
            for h in 0..<output.size.height {
                for w in 0..<output.size.width {
                    for r in [2 * h, 2 * h + 1] {
                        sourceOffsets.append(image * source.count + offsets(row, r, column, 2 * w).source)
                    }
                    targetOffsets.append(image * output.count + h * output.line + w * output.channels)
                }
            }
        }
    }

    // MARK: Running

    /// What a run writes besides the product.
    struct Epilogue<Scalar: BLASScalar> {
        /// Whether y is max(0, y).
        var rectifies = false
        /// Where a pooling notes the tap of each maximum, in the layout of the output.
        var taps: UnsafeMutablePointer<Int8>?
        /// Where the sums of what this piece writes to each channel go, and behind them those of the squares.
        var sums: UnsafeMutablePointer<Scalar>?
    }

    /// Computes one piece of `pieces` of a block of images, for some panels of all groups.
    ///
    /// - Parameters:
    ///   - precision: What source and panels hold; with bfloat16 all their counts are of words.
    ///   - images: Images of this block, at most those that the tables were made for.
    ///   - input: The block's first source image.
    ///   - result: The block's first output image.
    @inline(__always)
    func run<Scalar: BLASScalar>(
        _ tiles: TileSet, _ precision: Precision, images: Int, piece: Int, of pieces: Int, panels: FilterPanels,
        panelRange: Range<Int>,
        filter: FilterPanels.Location<Scalar>, input: UnsafePointer<Scalar>, result: UnsafeMutablePointer<Scalar>,
        epilogue: Epilogue<Scalar>
    ) {
        runs.withUnsafeBufferPointer { runs in
            sourceOffsets.withUnsafeBufferPointer { sources in
                targetOffsets.withUnsafeBufferPointer { targets in
                    guard let sources = sources.baseAddress, let targets = targets.baseAddress else { return }
                    for group in 0..<groups {
                        for panel in panelRange {
                            let columns = panels.columns(ofPanel: panel)
                            let operand = panels.panel(group: group, panel: panel, in: filter)
                            let column = group * panels.columns + columns.lowerBound
                            let depth = group * (source.channels / groups)
                            let sums = epilogue.sums.map { $0 + column }
                            sums?.update(repeating: 0, count: columns.count)
                            sums.map { $0 + output.channels }?.update(repeating: 0, count: columns.count)
                            for list in pairs {
                                let range = range(of: list, images: images, piece: piece, of: pieces)
                                if range.isEmpty { continue }
                                var shift = 0
                                if case .lastImage = list.place { shift = images - 1 }
                                var product = chardware_product(
                                    source: input + depth + shift * source.count,
                                    source_offsets: sources + list.firstSource + range.lowerBound,
                                    source_step: list.sourceStep,
                                    runs: runs.baseAddress.map { $0 + list.runs.lowerBound },
                                    run_count: list.runs.count, panel: operand.rows,
                                    panel_stride: operand.stride, start: operand.start,
                                    output: result + column + shift * output.count,
                                    output_offsets: targets + list.firstTarget
                                        + (pools ? range.lowerBound / 2 : range.lowerBound),
                                    output_step: list.targetStep, pairs: range.count, channels: columns.count,
                                    rectifies: epilogue.rectifies, pools: pools,
                                    taps: epilogue.taps.map { $0 + column }, sums: sums,
                                    sums_step: output.channels)
                                tiles.multiply(&product, precision, as: Scalar.self)
                            }
                        }
                    }
                }
            }
        }
    }

    /// The pairs of a list that a piece of a block takes.
    private func range(of list: Pairs, images: Int, piece: Int, of pieces: Int) -> Range<Int> {
        let count =
            switch list.place {
            case .inImage(let pairs): images * pairs
            case .acrossImages: images / 2
            case .lastImage: images % 2
            }
        let unit = pools ? 2 : 1
        let units = count / unit
        return piece * units / pieces * unit..<(piece + 1) * units / pieces * unit
    }
}
