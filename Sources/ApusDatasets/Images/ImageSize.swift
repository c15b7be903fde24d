/// Rows and columns of an image. An integer literal is a square: `let size: ImageSize = 224`.
public struct ImageSize: Sendable, Hashable, Codable, ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// Number of rows.
    public var height: Int
    /// Number of columns.
    public var width: Int

    /// A size from its rows and columns.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// A square.
    public init(integerLiteral side: Int) { self.init(height: side, width: side) }

    /// Rows × columns, as `480×640`.
    public var description: String { "\(height)×\(width)" }
}
