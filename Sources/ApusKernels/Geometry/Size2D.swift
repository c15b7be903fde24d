import ApusTensors

/// A height and a width in pixels: the extent of an image, a kernel or a window, or a step along both axes.
///
/// An integer literal stands for a square: `kernel: 3` is 3×3.
public struct Size2D: Hashable, Sendable, Codable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// A size with two extents.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// A square.
    public init(_ both: Int) { self.init(height: both, width: both) }

    /// A square.
    public init(integerLiteral both: Int) { self.init(both) }

    /// Pixels, `height` · `width`.
    public var area: Int { height * width }

    /// A sentence where an extent is less than 1 or so large that products of a few overflow.
    func mistake(_ what: String) -> String? {
        if min(height, width) < 1 { return "\(what) is \(self), expected at least 1×1" }
        let largest = Shape.largestExtent
        return max(height, width) > largest ? "\(what) is \(self), expected at most \(largest)×\(largest)" : nil
    }

    /// Height × width, as in "32×48".
    public var description: String { "\(height)×\(width)" }
}
