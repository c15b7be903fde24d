import ApusKernels
import ApusParallel
import ApusTensors

/// What layers that add or remove margins of images `[height, width, channels]` have in common, written and read as theirs.
struct ImageMargins: Sendable, Codable, CustomStringConvertible {
    /// The layer's name.
    let name: String?
    let top: Int
    let bottom: Int
    let left: Int
    let right: Int

    /// Rows in all.
    var height: Int { top + bottom }
    /// Columns in all.
    var width: Int { left + right }

    var description: String { "[\(top), \(bottom), \(left), \(right)] (top, bottom, left, right)" }

    /// What is wrong with the margins, if anything.
    func mistake(of layer: String) -> String? {
        unless(
            [top, bottom, left, right].allSatisfy((0...Shape.largestExtent).contains),
            "\(layer): \(self), expected none negative and none over \(Shape.largestExtent)")
    }

    /// The place of an image within the same one with its margins.
    func frame(inner: Shape, outer: Shape) -> ImageFrame {
        ImageFrame(
            inner: Size2D(height: inner[0], width: inner[1]), outer: Size2D(height: outer[0], width: outer[1]),
            top: top,
            left: left, channels: inner[2])
    }
}
