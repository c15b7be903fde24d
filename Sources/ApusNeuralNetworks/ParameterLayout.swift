import ApusTensors

/// The names, shapes and places of a network's parameters in one contiguous buffer.
///
/// Parameters lie in the order of the layers, each beginning at a multiple of 16 elements (one cache line of floats);
/// the elements between are zero and stay so under every optimizer.
public struct ParameterLayout: Sendable {
    /// One parameter.
    public struct Entry: Sendable {
        /// `<layer>.<parameter>`, such as `conv1.kernel`.
        public let name: String
        /// The parameter's shape.
        public let shape: Shape
        /// How the parameter begins.
        public let initializer: Initializer
        /// The parameter's place in the buffer.
        public let range: Range<Int>
    }

    /// All parameters, in the order of memory.
    public private(set) var entries: [Entry] = []
    /// Length of the buffer in elements, the padding included.
    public private(set) var count = 0

    /// Number of parameters in the usual sense: elements without the padding.
    public var parameterCount: Int { entries.reduce(0) { $0 + $1.shape.count } }

    /// The entry of a name, or `nil`.
    public subscript(name: String) -> Entry? { entries.first { $0.name == name } }

    mutating func append(_ name: String, _ declaration: ParameterDeclaration) {
        let end = count + declaration.shape.count
        entries.append(
            Entry(
                name: name, shape: declaration.shape, initializer: declaration.initializer, range: count..<end))
        count = (end + 15) / 16 * 16
    }
}
