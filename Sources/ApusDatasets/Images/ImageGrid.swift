/// Small images of one size side by side, enlarged.
package enum ImageGrid {
    /// A picture of all images in rows of `columns`, every pixel a square of `scale`, with `gap` pixels of a grey around
    /// and between images; `nil` where there are none.
    package static func image(
        of tiles: [RGBImage], columns: Int, scale: Int, gap: Int = 2, grey: UInt8 = 128
    ) -> RGBImage? {
        guard let first = tiles.first else { return nil }
        let columns = min(columns, tiles.count)
        let (tileHeight, tileWidth) = (first.height * scale + gap, first.width * scale + gap)
        let rows = (tiles.count + columns - 1) / columns
        let (height, width) = (rows * tileHeight + gap, columns * tileWidth + gap)
        var pixels = [UInt8](repeating: grey, count: height * width * 3)
        for (index, tile) in tiles.enumerated() {
            let (top, left) = (index / columns * tileHeight + gap, index % columns * tileWidth + gap)
            for row in 0..<tile.height * scale {
                for column in 0..<tile.width * scale {
                    let source = (row / scale * tile.width + column / scale) * 3
                    let target = ((top + row) * width + left + column) * 3
                    for channel in 0..<3 { pixels[target + channel] = tile.pixels[source + channel] }
                }
            }
        }
        return RGBImage(height: height, width: width, pixels: pixels)
    }
}
