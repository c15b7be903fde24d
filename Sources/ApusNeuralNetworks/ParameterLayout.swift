import ApusTensors

/// The names, shapes and places of a network's parameters in one contiguous buffer.
///
/// First lie the parameters that are learnt, in the order of the layers, then those that are not (running statistics, frozen
/// layers), so that gradients and an optimizer's state are buffers of the first part alone. Each begins at a multiple of
/// 16 elements (one cache line of floats); the elements between are zero and stay so under every optimizer.
public struct ParameterLayout: Sendable {
    /// One parameter.
    public struct Entry: Sendable {
        /// `<layer>.<parameter>`, such as `conv1.kernel`.
        public let name: String
        /// The parameter's shape.
        public let shape: Shape
        /// How the parameter begins.
        public let initializer: Initializer
        /// Whether it is learnt.
        public let isTrainable: Bool
        /// What is added to the loss to keep it small, if anything.
        public let regularizer: Regularizer?
        /// The parameter's place in the buffer.
        public let range: Range<Int>
    }

    /// All parameters, in the order of the layers.
    public let entries: [Entry]
    /// Length of the buffer in elements, the padding included.
    public let count: Int
    /// Length of the part that is learnt, the padding included.
    public let trainableCount: Int

    /// Number of parameters in the usual sense: elements without the padding.
    public var parameterCount: Int { entries.reduce(0) { $0 + $1.shape.count } }

    /// Number of parameters that are learnt.
    public var trainableParameterCount: Int { entries.reduce(0) { $0 + ($1.isTrainable ? $1.shape.count : 0) } }

    /// The part that is learnt: the layout of gradients and of an optimizer's state.
    public var trainable: ParameterLayout {
        ParameterLayout(entries: entries.filter(\.isTrainable), count: trainableCount, trainableCount: trainableCount)
    }

    /// The entry of a name, or `nil`.
    public subscript(name: String) -> Entry? { entries.first { $0.name == name } }

    private init(entries: [Entry], count: Int, trainableCount: Int) {
        self.entries = entries
        self.count = count
        self.trainableCount = trainableCount
    }

    /// Places parameters that are declared under full names.
    init(_ declarations: [(name: String, declaration: ParameterDeclaration)]) {
        var places = [Range<Int>](repeating: 0..<0, count: declarations.count)
        var end = 0
        func place(whereTrainable isTrainable: Bool) {
            for (index, (_, declaration)) in declarations.enumerated() where declaration.isTrainable == isTrainable {
                places[index] = end..<end + declaration.shape.count
                end = (places[index].upperBound + 15) / 16 * 16
            }
        }
        place(whereTrainable: true)
        trainableCount = end
        place(whereTrainable: false)
        count = end
        entries = zip(declarations, places).map { named, place in
            Entry(
                name: named.name, shape: named.declaration.shape, initializer: named.declaration.initializer,
                isTrainable: named.declaration.isTrainable, regularizer: named.declaration.regularizer, range: place)
        }
    }
}
