import ApusTensors
import Foundation

/// Turns an image about its centre by an angle drawn uniformly from −degrees to degrees, positive ones anticlockwise,
/// with bilinear interpolation between pixel centres; what lies beyond the border has the shade `fill`
/// (torchvision's `RandomRotation(degrees, interpolation: bilinear, fill:)`).
///
/// With the centre `c = ((width − 1)/2, (height − 1)/2)`, the pixel at `(x, y)` shows the place
/// `(cos θ·dx − sin θ·dy, sin θ·dx + cos θ·dy) + c` of the image, where `(dx, dy) = (x, y) − c` and rows grow downwards.
public struct RandomRotation: AugmentationValue {
    static let name = "rotate"

    /// Greatest angle, from 0 to 180.
    public var degrees: Double
    /// Shade beyond the border, from 0 (black) to 1.
    public var fill: Double

    /// Turns by at most `degrees`.
    public init(degrees: Double, fill: Double = 0) {
        self.degrees = degrees
        self.fill = fill
    }

    var mistake: String? {
        (0...180).contains(degrees) ? mistake("fill", fill) : "degrees are \(degrees), expected 0 to 180"
    }
    var arguments: [String] { ["\(degrees)"] + (fill == 0 ? [] : ["\(fill)"]) }

    func apply(to image: inout AugmentedImage, key: RandomKey) {
        turn(&image, by: (2 * key.uniform(0) - 1) * degrees)
    }

    /// Turns an image anticlockwise.
    package func turn(_ image: inout AugmentedImage, by degrees: Double) {
        let angle = degrees * .pi / 180
        let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
        let (centreX, centreY) = (Float(image.width - 1) / 2, Float(image.height - 1) / 2)
        let fill = Float(byte(ofShade: fill))
        for row in 0..<image.height {
            for column in 0..<image.width {
                let (dx, dy) = (Float(column) - centreX, Float(row) - centreY)
                let x = cosine * dx - sine * dy + centreX
                let y = sine * dx + cosine * dy + centreY
                let target = image.spare + row * image.rowBytes + column * image.channels
                sample(image, x, y, fill, into: target)
            }
        }
        image.swapBuffers()
    }

    @inline(__always)
    private func sample(
        _ image: AugmentedImage, _ x: Float, _ y: Float, _ fill: Float, into target: UnsafeMutablePointer<UInt8>
    ) {
        let (floorX, floorY) = (x.rounded(.down), y.rounded(.down))
        let (column, row) = (Int(Int32(floorX)), Int(Int32(floorY)))
        let (right, down) = (x - floorX, y - floorY)
        let (width, height, channels) = (image.width, image.height, image.channels)
        if column >= 0, row >= 0, column + 1 < width, row + 1 < height {
            let top = image.pixels + (row * width + column) * channels
            let bottom = top + width * channels
            for channel in 0..<channels {
                target[channel] = blend(
                    Float(top[channel]), Float(top[channels + channel]), Float(bottom[channel]),
                    Float(bottom[channels + channel]), right, down)
            }
            return
        }
        let value = { (row: Int, column: Int, channel: Int) -> Float in
            guard (0..<height).contains(row), (0..<width).contains(column) else { return fill }
            return Float(image.pixels[(row * width + column) * channels + channel])
        }
        for channel in 0..<channels {
            target[channel] = blend(
                value(row, column, channel), value(row, column + 1, channel), value(row + 1, column, channel),
                value(row + 1, column + 1, channel), right, down)
        }
    }

    @inline(__always)
    private func blend(
        _ topLeft: Float, _ topRight: Float, _ bottomLeft: Float, _ bottomRight: Float, _ right: Float, _ down: Float
    ) -> UInt8 {
        let top = topLeft + (topRight - topLeft) * right
        let bottom = bottomLeft + (bottomRight - bottomLeft) * right
        // Between 0 and 255 but for rounding far under a half.
        return UInt8(truncatingIfNeeded: Int32(top + (bottom - top) * down + 0.5))
    }
}
