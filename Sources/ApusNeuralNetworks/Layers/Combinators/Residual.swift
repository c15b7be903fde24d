import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// The residual connection of He et al. 2015 (arXiv 1512.03385): `y = body(x) + shortcut(x)`, where the shortcut is the input
/// itself unless layers are given for it, such as a 1×1 convolution where the body changes the shape.
///
/// ```swift
/// Residual {
///     Conv2D(64, kernel: 3, padding: .same, activation: .relu)
///     Conv2D(64, kernel: 3, padding: .same)
/// }
/// ```
///
/// Parameters: those of the layers as `body.conv1.kernel` and `shortcut.conv1.kernel`.
public struct Residual: Layer {
    /// Automatic names begin with "residual".
    public static let kind = "residual"
    /// The name given by the user, if any.
    public let name: String?
    /// What the sum is made of: the body and the shortcut.
    let branches: Parallel

    /// A connection around the layers in the first block.
    public init(
        name: String? = nil, @LayerBuilder _ body: () -> [any Layer],
        @LayerBuilder shortcut: () -> [any Layer] = { [] }
    ) {
        self.init(body: body(), shortcut: shortcut(), name: name)
    }

    /// A connection around a list of layers.
    public init(body: [any Layer], shortcut: [any Layer] = [], name: String? = nil) {
        self.name = name
        branches = Parallel(.add, [Chain(body, name: "body"), Chain(shortcut, name: "shortcut")])
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? { branches.mistake(for: input) }

    /// The body's output shape, which the shortcut's must equal.
    public func outputShape(for input: Shape) -> Shape { branches.outputShape(for: input) }

    /// Those of the body, then those of the shortcut.
    public func parameters(for input: Shape) -> [ParameterDeclaration] { branches.parameters(for: input) }

    /// Those of the body, then those of the shortcut.
    public func convolutions(for input: Shape) -> [(name: String, geometry: ConvolutionGeometry)] {
        branches.convolutions(for: input)
    }

    /// Adds the steps of both and the sum.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        branches.lower(input, into: &builder)
    }

    // MARK: Codable

    private enum CodingKeys: String, CodingKey { case name, body, shortcut }

    /// Writes the layers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(name, forKey: .name)
        for (key, branch) in zip([CodingKeys.body, .shortcut], branches.branches) {
            let layers = (branch as? Chain)?.layers ?? []
            try LayerCoding.encode(layers, to: container.nestedUnkeyedContainer(forKey: key))
        }
    }

    /// Reads the layers.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            body: try LayerCoding.decode(container.nestedUnkeyedContainer(forKey: .body), from: decoder),
            shortcut: try LayerCoding.decode(container.nestedUnkeyedContainer(forKey: .shortcut), from: decoder),
            name: try container.decodeIfPresent(String.self, forKey: .name))
    }
}
