import ApusBLAS
import ApusParallel

/// How the filter of a product is packed: each group's columns in panels of two vectors (one where no more are left),
/// each panel a row of starting values and then its rows one behind the other, in the order in which tiles read them.
struct FilterPanels {
    /// Columns of a group's product.
    let columns: Int
    /// Rows of a group's product.
    let rows: Int
    let groups: Int
    /// Scalars in a vector.
    let lanes: Int

    /// Panels of a group.
    var panels: Int { (columns + 2 * lanes - 1) / (2 * lanes) }

    /// The columns of a panel within its group.
    func columns(ofPanel panel: Int) -> Range<Int> {
        panel * 2 * lanes..<min(columns, (panel + 1) * 2 * lanes)
    }

    /// Scalars of a row of a panel.
    func width(ofPanel panel: Int) -> Int { columns(ofPanel: panel).count > lanes ? 2 * lanes : lanes }

    /// Scalars of a panel.
    func count(ofPanel panel: Int) -> Int { (rows + 1) * width(ofPanel: panel) }

    /// Where a panel begins.
    func offset(group: Int, panel: Int) -> Int {
        group * groupCount + panel * (rows + 1) * 2 * lanes
    }

    private var groupCount: Int { (panels - 1) * (rows + 1) * 2 * lanes + count(ofPanel: panels - 1) }

    /// Scalars of all panels.
    var count: Int { groups * groupCount }

    // MARK: Operands of tiles

    /// A panel as tiles read it: a row of starting values, and rows some scalars apart.
    struct Panel<Scalar: BLASScalar> {
        let start: UnsafePointer<Scalar>?
        let rows: UnsafePointer<Scalar>
        let stride: Int
    }

    /// Where the panels of a filter are read.
    enum Location<Scalar: BLASScalar> {
        /// In memory that ``FilterPanels`` has packed.
        case packed(UnsafePointer<Scalar>)
        /// In the filter `[rows, columns]` itself, whose panels are whole vectors.
        case inPlace(UnsafePointer<Scalar>, start: UnsafePointer<Scalar>?)
    }

    /// Whether tiles can read the filter in place without reading behind its end.
    var canBeReadInPlace: Bool { groups == 1 && columns.isMultiple(of: lanes) }

    @inline(__always)
    func panel<Scalar: BLASScalar>(group: Int, panel: Int, in location: Location<Scalar>) -> Panel<Scalar> {
        switch location {
        case .packed(let packed):
            let start = packed + offset(group: group, panel: panel)
            let width = width(ofPanel: panel)
            return Panel(start: start, rows: start + width, stride: width)
        case .inPlace(let filter, let start):
            let column = panel * 2 * lanes
            return Panel(start: start.map { $0 + column }, rows: filter + column, stride: columns)
        }
    }

    // MARK: Packing

    /// Panels of a filter `[rows, groups · columns]` as it is.
    @inline(__always)
    func pack<Scalar: BLASScalar>(
        _ filter: UnsafePointer<Scalar>, start: UnsafePointer<Scalar>?, to packed: UnsafeMutablePointer<Scalar>,
        pool: WorkerPool
    ) {
        forEachPiece(pool) { group, panel, rows in
            let width = width(ofPanel: panel)
            let columns = columns(ofPanel: panel)
            let target = packed + offset(group: group, panel: panel)
            let first = group * self.columns + columns.lowerBound
            if rows.lowerBound == 0 {
                target.update(repeating: 0, count: width)
                if let start { target.update(from: start + first, count: columns.count) }
            }
            let stride = groups * self.columns
            let source = filter + rows.lowerBound * stride + first
            let rest = target + (rows.lowerBound + 1) * width
            if columns.count < width { rest.update(repeating: 0, count: rows.count * width) }
            Runs.copy(rows.count, length: columns.count, from: source, step: stride, to: rest, step: width)
        }
    }

    /// Panels of a filter `[taps, columns, groups · depth]` turned around for the input gradient: rows are the taps from
    /// the last to the first, each with its `depth` output channels.
    @inline(__always)
    func packTurned<Scalar: BLASScalar>(
        _ filter: UnsafePointer<Scalar>, depth: Int, to packed: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let taps = rows / depth
        let stride = groups * depth
        forEachPiece(pool) { group, panel, rows in
            let width = width(ofPanel: panel)
            let columns = columns(ofPanel: panel)
            let target = packed + offset(group: group, panel: panel)
            if rows.lowerBound == 0 { target.update(repeating: 0, count: width) }
            if columns.count < width {
                (target + (rows.lowerBound + 1) * width).update(repeating: 0, count: rows.count * width)
            }
            var row = rows.lowerBound
            while row < rows.upperBound {
                let (turned, n) = row.quotientAndRemainder(dividingBy: depth)
                let length = min(depth - n, rows.upperBound - row, 16)
                let source =
                    filter + ((taps - 1 - turned) * self.columns + columns.lowerBound) * stride + group * depth + n
                let rest = target + (row + 1) * width
                for column in 0..<columns.count {
                    let line = source + column &* stride
                    for i in 0..<length { rest[i &* width &+ column] = line[i] }
                }
                row += length
            }
        }
    }

    /// Panels of the transpose of `matrix[columns, rows]`, with zeros to start from.
    @inline(__always)
    func packTransposed<Scalar: BLASScalar>(
        _ matrix: UnsafePointer<Scalar>, to packed: UnsafeMutablePointer<Scalar>
    ) {
        for panel in 0..<panels {
            let width = width(ofPanel: panel)
            let columns = columns(ofPanel: panel)
            let target = packed + offset(group: 0, panel: panel)
            target.update(repeating: 0, count: columns.count == width ? width : (rows + 1) * width)
            Transposition.transpose(
                rows: 0..<columns.count, columns: rows, from: matrix + columns.lowerBound * rows, stride: rows,
                to: target + width, stride: width)
        }
    }

    /// Panels whose rows are pairs of rows of these, of each tap for itself.
    func paired(taps: Int) -> FilterPanels {
        FilterPanels(
            columns: columns, rows: taps * Precision.bfloat16.words(rows / taps), groups: groups, lanes: lanes)
    }

    /// Packs panels again in bfloat16, in the layout of ``paired(taps:)``; the starting values stay as they are.
    @inline(__always)
    func pair<Scalar: BLASScalar>(
        _ packed: UnsafePointer<Scalar>, taps: Int, to target: UnsafeMutablePointer<Scalar>, _ tiles: TileSet,
        pool: WorkerPool
    ) {
        let paired = paired(taps: taps)
        let (depth, words) = (rows / taps, paired.rows / taps)
        let forEachShard = { (body: (_ shard: Int) -> Void) in
            if count < 16_384 {
                for shard in 0..<groups * panels * taps { body(shard) }
            } else {
                pool.forEach(groups * panels * taps) { shard, _ in body(shard) }
            }
        }
        forEachShard { shard in
            let (index, tap) = shard.quotientAndRemainder(dividingBy: taps)
            let (group, panel) = index.quotientAndRemainder(dividingBy: panels)
            let width = width(ofPanel: panel)
            let source = packed + offset(group: group, panel: panel)
            let place = target + paired.offset(group: group, panel: panel)
            if tap == 0 { place.update(from: source, count: width) }
            for word in 0..<words {
                let row = source + (1 + tap * depth + 2 * word) * width
                tiles.pairRows(
                    row, 2 * word + 1 < depth ? row + width : nil, count: width,
                    to: place + (1 + tap * words + word) * width)
            }
        }
    }

    /// Calls `body` for pieces of panels that are worth a shard.
    @inline(__always)
    private func forEachPiece(_ pool: WorkerPool, _ body: (_ group: Int, _ panel: Int, _ rows: Range<Int>) -> Void) {
        let pieces = Shards(of: rows, atLeast: 256, limit: 16)
        if groups * panels * rows * lanes < 16_384 {
            for index in 0..<groups * panels { body(index / panels, index % panels, 0..<rows) }
            return
        }
        pool.forEach(groups * panels * pieces.shards) { shard, _ in
            let (index, piece) = shard.quotientAndRemainder(dividingBy: pieces.shards)
            body(index / panels, index % panels, pieces[piece])
        }
    }
}
