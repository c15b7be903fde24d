import ApusTensors

/// Paints a square over a part of an image (DeVries and Taylor, "Improved regularization of convolutional neural
/// networks with cutout", 2017). The square's centre is drawn uniformly from the image's pixels, and what reaches beyond
/// the border is cut off: rows `centre − size/2 ..< centre − size/2 + size`, columns alike.
public struct Cutout: AugmentationValue {
    static let name = "cutout"

    /// Rows and columns of the square, at least 1.
    public var size: Int
    /// What it is painted with, from 0 (black) to 1; the paper paints the data's mean.
    public var fill: Double

    /// A square of a size and a shade.
    public init(size: Int, fill: Double = 0) {
        self.size = size
        self.fill = fill
    }

    private static let largestSize = 1 << 16

    var mistake: String? {
        (1...Self.largestSize).contains(size)
            ? mistake("fill", fill) : "size is \(size), expected 1 to \(Self.largestSize)"
    }
    var arguments: [String] { ["\(size)"] + (fill == 0 ? [] : ["\(fill)"]) }

    func apply(to image: inout AugmentedImage, key: RandomKey) {
        let (row, column) = (key.integer(0, below: image.height), key.integer(1, below: image.width))
        image.fill(
            rows: range(around: row, of: image.height), columns: range(around: column, of: image.width),
            with: byte(ofShade: fill))
    }

    private func range(around centre: Int, of count: Int) -> Range<Int> {
        let start = centre - size / 2
        return max(start, 0)..<min(start + size, count)
    }
}
