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
        let (column, row) = (Int(floorX), Int(floorY))
        let (right, down) = (x - floorX, y - floorY)
        let (width, height, channels) = (image.width, image.height, image.channels)
        let corner = image.pixels + (row * width + column) * channels
        let isInside = column >= 0 && row >= 0 && column + 1 < width && row + 1 < height
        for channel in 0..<channels {
            let value = { (rows: Int, columns: Int) -> Float in
                if !isInside {
                    guard (0..<height).contains(row + rows), (0..<width).contains(column + columns) else { return fill }
                }
                return Float(corner[(rows * width + columns) * channels + channel])
            }
            let top = value(0, 0) + (value(0, 1) - value(0, 0)) * right
            let bottom = value(1, 0) + (value(1, 1) - value(1, 0)) * right
            target[channel] = UInt8(min(max(top + (bottom - top) * down, 0), 255) + 0.5)
        }
    }
}
