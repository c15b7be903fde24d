import ApusBLAS
import ApusKernels
import ApusTensors

/// Layers that follow one another, as one layer: a branch of a ``Parallel`` or a block with a name.
///
/// Parameters: those of the layers, as `conv1.kernel`.
public struct Chain: Layer {
    /// Automatic names begin with "chain".
    public static let kind = "chain"
    /// The name given by the user, if any.
    public let name: String?
    /// The layers, first to last; without any, the output is the input.
    public var layers: [any Layer] { chain.layers }

    private let chain: LayerChain

    /// A chain of the layers in the block.
    public init(name: String? = nil, @LayerBuilder _ layers: () -> [any Layer]) {
        self.init(layers(), name: name)
    }

    /// A chain of a list of layers.
    public init(_ layers: [any Layer], name: String? = nil) {
        self.name = name
        chain = LayerChain(layers, owner: "Chain")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? { chain.mistake(for: input) }

    /// The last layer's output shape.
    public func outputShape(for input: Shape) -> Shape { chain.outputShape(for: input) }

    /// Those of all layers.
    public func parameters(for input: Shape) -> [ParameterDeclaration] { chain.parameters(for: input) }

    /// Those of all layers.
    public func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] {
        chain.convolutions(for: input)
    }

    /// Adds the layers' steps in order.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        builder.lower(chain, input)
    }

    // MARK: Codable

    private enum CodingKeys: String, CodingKey { case name, layers }

    /// Writes the layers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(name, forKey: .name)
        try LayerCoding.encode(layers, to: container.nestedUnkeyedContainer(forKey: .layers))
    }

    /// Reads the layers.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try LayerCoding.decode(container.nestedUnkeyedContainer(forKey: .layers), from: decoder),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
