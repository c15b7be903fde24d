import ApusBLAS
import CHardware

/// The gradient with respect to a convolution's output, which may have to be made from the gradient behind a ReLU and a
/// 2×2 max pooling.
package struct OutputGradient<Scalar: BLASScalar> {
    /// The gradient with respect to what the last of the fused operations gave.
    package var gradient: UnsafePointer<Scalar>
    /// What the last of the fused operations gave, where a ReLU was among them.
    package var rectified: UnsafePointer<Scalar>?
    /// The tap of each maximum, where a 2×2 pooling was among them.
    package var taps: UnsafePointer<Int8>?

    /// A gradient from its parts.
    package init(
        _ gradient: UnsafePointer<Scalar>, rectified: UnsafePointer<Scalar>? = nil, taps: UnsafePointer<Int8>? = nil
    ) {
        self.gradient = gradient
        self.rectified = rectified
        self.taps = taps
    }

    /// Whether memory holds the gradient as it is.
    var isPlain: Bool { rectified == nil && taps == nil }

    /// Writes the gradient of some channels of a line of a convolution's output, or of two lines where there is a pooling.
    ///
    /// - Parameters:
    ///   - line: The line of what the last operation gave, counted through all images.
    ///   - width: Pixels of such a line.
    ///   - targetPixel: Scalars from one pixel written to the next.
    ///   - sums: Takes the sum over the line's pixels of each channel, added to what it holds.
    @inline(__always)
    func write(
        line: Int, width: Int, channels: Range<Int>, of allChannels: Int, to target: UnsafeMutablePointer<Scalar>,
        targetPixel: Int, targetLine: Int, sums: UnsafeMutablePointer<Scalar>?, _ tiles: TileSet
    ) {
        let first = line &* width &* allChannels &+ channels.lowerBound
        var unpooling = chardware_unpooling(
            gradients: gradient + first, outputs: rectified.map { $0 + first }, taps: taps.map { $0 + first },
            source_step: allChannels, targets: target, target_pixel: targetPixel, target_line: targetLine, sums: sums,
            windows: width, channels: channels.count)
        tiles.unpool(&unpooling, as: Scalar.self)
    }

    /// Writes the gradient of some lines of some images' outputs.
    ///
    /// - Parameters:
    ///   - lines: Lines of the output; a pooling's windows that they touch are written whole.
    ///   - geometry: The convolution's.
    ///   - target: Where the first image's line 0 lies, or would lie: `[images, height, width, channels]`.
    ///   - sums: `[images, channels]`, each image's sums over the pixels written, added to what it holds.
    @inline(__always)
    func write(
        images: Range<Int>, lines: Range<Int>, of geometry: ConvolutionGeometry,
        to target: UnsafeMutablePointer<Scalar>, sums: UnsafeMutablePointer<Scalar>?, _ tiles: TileSet
    ) {
        let windowLines = taps == nil ? 1 : 2
        let channels = geometry.outputChannels
        let line = geometry.output.width * channels
        let end = min(geometry.output.height, lines.upperBound + windowLines - 1)
        let windows = lines.lowerBound / windowLines..<end / windowLines
        for (index, image) in images.enumerated() {
            for window in windows {
                write(
                    line: image * (geometry.output.height / windowLines) + window,
                    width: geometry.output.width / windowLines, channels: 0..<channels, of: channels,
                    to: target + (index * geometry.output.height + window * windowLines) * line, targetPixel: channels,
                    targetLine: line, sums: sums.map { $0 + index * channels }, tiles)
            }
        }
    }
}
