import Glibc

/// A pattern of names as in a shell: `*` stands for any characters, `?` for one, `[ab]` for one of some.
public struct NamePattern: Sendable, Hashable, Codable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The pattern as written.
    public let description: String

    /// A pattern from its text.
    public init(_ pattern: String) { description = pattern }
    /// A pattern from its text.
    public init(stringLiteral value: String) { self.init(value) }

    /// Reads a pattern's text.
    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the pattern's text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    /// Whether the whole name fits.
    public func matches(_ name: String) -> Bool { fnmatch(description, name, 0) == 0 }

    /// Whether a parameter's full name fits, as `conv1.kernel`, or that of a layer that it belongs to, as `conv1`.
    public func matches(parameter name: String) -> Bool {
        if matches(name) { return true }
        var owner = Substring(name)
        while let point = owner.lastIndex(of: ".") {
            owner = owner[..<point]
            if matches(String(owner)) { return true }
        }
        return false
    }
}
