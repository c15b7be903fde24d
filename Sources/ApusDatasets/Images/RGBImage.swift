import ApusParallel

/// An image of 8-bit red, green and blue, `[height, width, 3]`, row-major.
public struct RGBImage: Sendable, Equatable {
    /// Number of rows.
    public let height: Int
    /// Number of columns.
    public let width: Int
    /// `height · width · 3` bytes.
    public let pixels: [UInt8]

    /// Wraps pixels; both sizes are at least 1.
    public init(height: Int, width: Int, pixels: [UInt8]) {
        require(
            height >= 1 && width >= 1 && pixels.count == height * width * 3,
            "RGBImage: \(pixels.count) bytes for [\(height), \(width), 3]")
        self.height = height
        self.width = width
        self.pixels = pixels
    }

    /// Numbers from 0 to 1 of one channel or three.
    package init(unit numbers: ArraySlice<Float>, height: Int, width: Int) {
        let bytes = numbers.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
        let isGrey = bytes.count == height * width
        self.init(height: height, width: width, pixels: isGrey ? bytes.flatMap { [$0, $0, $0] } : bytes)
    }

    /// The red, green and blue of one pixel.
    public subscript(row: Int, column: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
        require(
            (0..<height).contains(row) && (0..<width).contains(column),
            "RGBImage: pixel (\(row), \(column)) of [\(height), \(width), 3]")
        let start = (row * width + column) * 3
        return (pixels[start], pixels[start + 1], pixels[start + 2])
    }
}
