import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// A network whose layers follow one another: an architecture without weights.
///
/// ```swift
/// let model = Sequential(input: [32, 32, 3]) {
///     Conv2D(32, kernel: 3, activation: .relu)
///     MaxPool2D(2)
///     Flatten()
///     Dense(10, activation: .softmax)
/// }
/// ```
public struct Sequential: Sendable {
    /// The shape of one input sample; images are `[height, width, channels]`.
    public let inputShape: Shape
    /// The layers, first to last.
    public var layers: [any Layer] { chain.layers }
    /// The layers' names, given or automatic.
    public var layerNames: [String] { chain.names }
    /// The shape of one sample after each layer.
    public let outputShapes: [Shape]
    /// The network's parameters in one buffer.
    public let parameterLayout: ParameterLayout
    /// Which parameters are not learnt; see ``freezing(_:)``.
    public let frozen: [NamePattern]

    private let chain: LayerChain

    /// A network from its input's shape and its layers; stops the program where a layer cannot take what comes before
    /// it, or where two layers bear one name.
    public init(input: Shape, @LayerBuilder _ layers: () -> [any Layer]) {
        self.init(input: input, layers: layers())
    }

    /// A network from its input's shape and a list of layers.
    ///
    /// - Parameters:
    ///   - input: The shape of one input sample.
    ///   - layers: The layers, first to last.
    ///   - frozen: Which parameters are not learnt; see ``freezing(_:)``.
    public init(input: Shape, layers: [any Layer], frozen: [NamePattern] = []) {
        inputShape = input
        self.frozen = frozen
        chain = LayerChain(layers, owner: "Sequential")
        outputShapes = chain.outputShapes(for: input)
        parameterLayout = ParameterLayout(
            chain.parameters(for: input).map { declaration in
                let isFrozen = frozen.contains { $0.matches(parameter: declaration.name) }
                return (declaration.name, isFrozen ? declaration.frozen : declaration)
            })
    }

    /// The shape of one sample of the network's output.
    public var outputShape: Shape { outputShapes.last ?? inputShape }

    /// The same network with parameters that are not learnt: those whose name or whose layer's name a pattern matches, as
    /// `conv*` or `dense1.bias`, beside those that are frozen already.
    ///
    /// Frozen parameters have no gradients and no optimizer state, and nothing runs backward before the first layer that
    /// learns. A normalization whose parameters are all frozen uses its running statistics in training, too, as in Keras.
    public func freezing(_ patterns: [NamePattern]) -> Sequential {
        Sequential(input: inputShape, layers: layers, frozen: frozen + patterns)
    }

    /// Why the network cannot take inputs of another shape with parameters of the shapes that it has; `nil` where it can.
    public func mistake(forInput shape: Shape) -> String? {
        if let mistake = chain.mistake(for: shape) { return mistake }
        let others = Dictionary(
            chain.parameters(for: shape).map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
        return parameterLayout.entries.lazy.compactMap { entry in
            others[entry.name].flatMap {
                unless($0 == entry.shape, "\(entry.name) would have shape \($0), it has \(entry.shape)")
            }
        }.first
    }

    /// The same network, with the same parameters, for inputs of another shape; stops the program where there is a
    /// ``mistake(forInput:)``.
    public func taking(input shape: Shape) -> Sequential {
        if let mistake = mistake(forInput: shape) { callerMistake("Sequential: \(mistake)") }
        return Sequential(input: shape, layers: layers, frozen: frozen)
    }

    /// The network's convolutions, in order, each under its layer's name.
    public var convolutions: [(layer: String, geometry: ConvolutionGeometry)] {
        chain.convolutions(for: inputShape).map { ($0.name, $0.geometry) }
    }

    /// What `auto` stands for in each of the network's convolutions.
    ///
    /// - Parameters:
    ///   - images: The batch size.
    ///   - table: What `auto` follows where it has an entry.
    ///   - precision: In which type products are made.
    public func automaticAlgorithms(
        images: Int, table: AlgorithmTable = AlgorithmTable(), precision: Precision = .float32
    ) -> AlgorithmTable {
        var chosen = AlgorithmTable()
        for (_, geometry) in convolutions {
            chosen[geometry] = ConvolutionAlgorithms(
                .auto, for: geometry, images: images, table: table, precision: precision)
        }
        return chosen
    }

    /// Lowers every layer in order and returns the network's output.
    func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let parameters = parameterLayout.entries.map { entry in
            (entry.name, Parameter(range: entry.range, shape: entry.shape, isTrainable: entry.isTrainable))
        }
        builder.enter(network: Dictionary(parameters) { first, _ in first })
        return builder.lower(chain, input)
    }
}
