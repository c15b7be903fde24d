/// The bytes of an image that is being changed, `[height, width, channels]`, and room for as many.
package struct AugmentedImage {
    package let height: Int
    package let width: Int
    package let channels: Int
    /// The image as it stands.
    package private(set) var pixels: UnsafeMutablePointer<UInt8>
    /// Where an operation that cannot work in place writes, before it calls ``swapBuffers()``.
    private(set) var spare: UnsafeMutablePointer<UInt8>

    /// Bytes of the image.
    var count: Int { height * width * channels }
    /// Bytes of a row.
    var rowBytes: Int { width * channels }

    /// Copies an image to the first of two buffers.
    package init(
        copying source: UnsafePointer<UInt8>, height: Int, width: Int, channels: Int,
        buffers: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt8>)
    ) {
        (self.height, self.width, self.channels) = (height, width, channels)
        (pixels, spare) = buffers
        pixels.update(from: source, count: height * width * channels)
    }

    /// Makes what was written to the spare buffer the image.
    mutating func swapBuffers() { (pixels, spare) = (spare, pixels) }

    /// Mirrors left and right.
    func mirror() {
        for row in 0..<height {
            var left = pixels + row * rowBytes
            var right = left + (width - 1) * channels
            while left < right {
                for channel in 0..<channels { (left[channel], right[channel]) = (right[channel], left[channel]) }
                left += channels
                right -= channels
            }
        }
    }

    /// Sets all pixels of a box to one shade.
    func fill(rows: Range<Int>, columns: Range<Int>, with byte: UInt8) {
        if columns.isEmpty { return }
        for row in rows {
            (pixels + row * rowBytes + columns.lowerBound * channels).update(
                repeating: byte, count: columns.count * channels)
        }
    }
}

/// The byte of a shade from 0 (black) to 1.
func byte(ofShade shade: Double) -> UInt8 { UInt8((shade * 255).rounded()) }
