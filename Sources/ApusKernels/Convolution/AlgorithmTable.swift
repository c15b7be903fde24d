/// Algorithms that were chosen for certain convolutions, by measurement or by a rule: what `auto` follows where it holds an
/// entry, and what a run records, so that it can be repeated to the bit.
public struct AlgorithmTable: Hashable, Codable, Sendable {
    private var choices: [String: ConvolutionAlgorithms]

    /// A table without entries.
    public init() { choices = [:] }

    /// The algorithms of a convolution, `nil` where the table says nothing of it.
    public subscript(geometry: ConvolutionGeometry) -> ConvolutionAlgorithms? {
        get { choices[geometry.signature] }
        set { choices[geometry.signature] = newValue }
    }

    /// Whether there are no entries.
    public var isEmpty: Bool { choices.isEmpty }

    /// The convolutions of the table, each in a line that no other shares, with their algorithms.
    public var entries: [(geometry: String, algorithms: ConvolutionAlgorithms)] {
        choices.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Takes on another table's entries, in place of its own where both have one.
    public mutating func merge(_ other: AlgorithmTable) { choices.merge(other.choices) { $1 } }

    /// Reads an object from signatures to algorithms.
    public init(from decoder: any Decoder) throws {
        choices = try decoder.singleValueContainer().decode([String: ConvolutionAlgorithms].self)
    }

    /// Writes an object from signatures to algorithms.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(choices)
    }
}

extension ConvolutionGeometry {
    /// Everything that tells this geometry from others, in a line: `15x15x32 to 64, 3x3, stride 1x1, …`.
    public var signature: String {
        func text(_ size: Size2D) -> String { "\(size.height)x\(size.width)" }
        return
            "\(text(input))x\(inputChannels) to \(outputChannels), \(text(kernel)), stride \(text(stride)), dilation "
            + "\(text(dilation)), padding \(padTop),\(rows.after),\(padLeft),\(columns.after), groups \(groups)"
    }
}
