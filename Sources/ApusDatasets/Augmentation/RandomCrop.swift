import ApusTensors

/// Lays a border around an image and cuts a window of the image's own size out of it, at a place drawn uniformly from
/// all (2·padding + 1)²: torchvision's `RandomCrop(size, padding:)`.
public struct RandomCrop: AugmentationValue {
    static let name = "crop"

    /// What the border shows.
    public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
        /// The image mirrored at its outermost pixels, which are not repeated: `cba|abcd` is not it, `cb|abcd` is
        /// (`reflect` of NumPy and PyTorch). Takes less padding than the image has rows and columns.
        case reflect
        /// Black: bytes of 0 before the scaling, as torchvision pads before `Normalize`.
        case zero
        /// The outermost pixels again and again.
        case edge
    }

    /// Width of the border on each side in pixels, at least 0.
    public var padding: Int
    /// What the border shows.
    public var mode: Mode

    /// Crops with a border.
    public init(padding: Int = 4, mode: Mode = .zero) {
        self.padding = padding
        self.mode = mode
    }

    private static let largestPadding = 1 << 16

    var mistake: String? {
        (0...Self.largestPadding).contains(padding)
            ? nil : "padding is \(padding), expected 0 to \(Self.largestPadding)"
    }
    var arguments: [String] { ["\(padding)", mode.rawValue] }

    func apply(to image: inout AugmentedImage, key: RandomKey) {
        let places = 2 * padding + 1
        let (down, right) = (key.integer(0, below: places) - padding, key.integer(1, below: places) - padding)
        if down != 0 || right != 0 { shift(&image, down: down, right: right) }
    }

    /// The window that begins `down` rows below and `right` columns right of the image's first pixel.
    package func shift(_ image: inout AugmentedImage, down: Int, right: Int) {
        let (rowBytes, channels, width) = (image.rowBytes, image.channels, image.width)
        // The columns of the window that lie within the image are one run.
        let inside = min(max(-right, 0), width)..<max(min(width - right, width), min(max(-right, 0), width))
        for row in 0..<image.height {
            let target = image.spare + row * rowBytes
            guard let sourceRow = position(row + down, of: image.height) else {
                target.update(repeating: 0, count: rowBytes)
                continue
            }
            let source = image.pixels + sourceRow * rowBytes
            (target + inside.lowerBound * channels).update(
                from: source + (inside.lowerBound + right) * channels, count: inside.count * channels)
            for columns in [0..<inside.lowerBound, inside.upperBound..<width] {
                for column in columns {
                    let pixel = target + column * channels
                    if let sourceColumn = position(column + right, of: width) {
                        for channel in 0..<channels { pixel[channel] = source[sourceColumn * channels + channel] }
                    } else {
                        for channel in 0..<channels { pixel[channel] = 0 }
                    }
                }
            }
        }
        image.swapBuffers()
    }

    /// The row or column that is shown at a place within or beside the image, `nil` for black.
    private func position(_ index: Int, of count: Int) -> Int? {
        if index >= 0 && index < count { return index }
        switch mode {
        case .zero: return nil
        case .edge: return index < 0 ? 0 : count - 1
        case .reflect: return index < 0 ? -index : 2 * (count - 1) - index
        }
    }
}
