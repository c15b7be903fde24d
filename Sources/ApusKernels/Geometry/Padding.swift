/// What surrounds an image before a kernel or a window slides over it.
///
/// Convolutions see zeros there. Poolings ignore those pixels: they never win a maximum and no mean counts them.
public enum Padding: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Nothing: the window stays inside the image, and pixels at the bottom and right that no whole window reaches are
    /// not used.
    case valid
    /// As much as makes the output ⌈input / stride⌉, half on each side, an odd pixel at the bottom and right (Keras,
    /// TensorFlow).
    case same
    /// So many rows and columns on each side, none negative.
    case explicit(top: Int, bottom: Int, left: Int, right: Int)

    /// "valid", "same", or the four widths as in "[1, 0, 2, 2]" (top, bottom, left, right).
    public var description: String {
        switch self {
        case .valid: "valid"
        case .same: "same"
        case .explicit(let top, let bottom, let left, let right): "[\(top), \(bottom), \(left), \(right)]"
        }
    }
}
