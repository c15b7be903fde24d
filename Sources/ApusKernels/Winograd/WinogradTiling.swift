import ApusBLAS

/// How a number of lines, or of columns, of output pixels is cut into tiles of Winograd's F(m×m, 3×3): tiles of m, and where m is 4
/// a last one of what remains. A tile of n has n + 2 of the m + 2 points at which the transforms interpolate.
struct WinogradTileAxis: Sendable {
    /// Pixels of a whole tile: 2 or 4.
    let m: Int
    /// Tiles of m pixels.
    let wholeTiles: Int
    /// Pixels of the last tile where it is a shorter one, else 0.
    let rest: Int

    /// - Parameter pixels: Lines or columns of output pixels. F(2×2) has no shorter tiles: its last one reaches beyond.
    init(_ pixels: Int, m: Int) {
        self.m = m
        wholeTiles = m == 4 ? pixels / m : (pixels + m - 1) / m
        rest = m == 4 ? pixels % m : 0
    }

    /// Number of tiles.
    var tiles: Int { wholeTiles + (rest > 0 ? 1 : 0) }

    /// Points of all tiles together.
    var points: Int { wholeTiles * (m + 2) + (rest > 0 ? rest + 2 : 0) }

    /// Pixels of a tile.
    func pixels(ofTile tile: Int) -> Int { tile < wholeTiles ? m : rest }

    /// Whether a shorter last tile lacks a point: it has the first ones and the last.
    func restLacks(_ point: Int) -> Bool { point > rest && point <= m }
}

/// The rows in which transformed tiles of some images lie, so that those of each of the tile's (m + 2)² elements follow one another:
///
///     1. tiles of the last line, if that is a shorter one, of whole columns    lack points of lines
///     2. whole tiles
///     3. tiles of the last column, if that is a shorter one, of whole lines    lack points of columns
///     4. tiles that are shorter both ways                                      lack both
///
/// An element at a point of columns that shorter tiles lack is of groups 1 and 2, one at such a point of lines of 2 and 3.
struct WinogradTileRows: Sendable {
    private let lines: WinogradTileAxis
    private let columns: WinogradTileAxis
    private let images: Int
    /// The lines of tiles that are told of.
    private let range: Range<Int>

    /// - Parameters:
    ///   - range: Some of the lines of tiles, by default all.
    init(lines: WinogradTileAxis, columns: WinogradTileAxis, images: Int, range: Range<Int>? = nil) {
        self.lines = lines
        self.columns = columns
        self.images = images
        self.range = range ?? 0..<lines.tiles
    }

    private var wholeLines: Int { min(range.upperBound, lines.wholeTiles) - min(range.lowerBound, lines.wholeTiles) }
    private var shortLines: Int { range.count - wholeLines }
    private var shortColumns: Int { columns.rest > 0 ? 1 : 0 }

    // Where groups 2, 3 and 4 begin.
    private var firstWhole: Int { images * shortLines * columns.wholeTiles }
    private var firstOfShortColumns: Int { firstWhole + images * wholeLines * columns.wholeTiles }
    private var firstShort: Int { firstOfShortColumns + images * wholeLines * shortColumns }

    /// All rows.
    var count: Int { images * range.count * columns.tiles }

    /// The row of a tile.
    func row(image: Int, line: Int, column: Int) -> Int {
        let (isShortLine, isShortColumn) = (line >= lines.wholeTiles, column >= columns.wholeTiles)
        switch (isShortLine, isShortColumn) {
        case (true, false): return image * columns.wholeTiles + column
        case (false, false):
            return firstWhole + (image * wholeLines + line - range.lowerBound) * columns.wholeTiles + column
        case (false, true): return firstOfShortColumns + image * wholeLines + line - range.lowerBound
        case (true, true): return firstShort + image
        }
    }

    /// The rows of the tiles that have an element.
    func rows(ofElement element: Int) -> Range<Int> {
        let (line, column) = element.quotientAndRemainder(dividingBy: lines.m + 2)
        let lacksLines = lines.rest > 0 && lines.restLacks(line)
        let lacksColumns = columns.rest > 0 && columns.restLacks(column)
        return (lacksLines ? firstWhole : 0)..<(lacksColumns ? firstOfShortColumns : lacksLines ? firstShort : count)
    }
}
