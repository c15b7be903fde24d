import ApusTensors

extension CodingUserInfoKey {
    /// Layer types of your own (`[any Layer.Type]`) that a decoder of a ``Sequential`` shall know.
    public static var layerTypes: CodingUserInfoKey? { CodingUserInfoKey(rawValue: "apus.layerTypes") }
}

/// An architecture is written as `{"input": [32, 32, 3], "layers": [{"layer": "Conv2D", "filters": 32, …}, …]}`, so that
/// a finished run is loaded without the program that made it.
extension Sequential: Codable {
    private static let layerTypes: [any Layer.Type] = [
        Conv2D.self, MaxPool2D.self, AveragePool2D.self, GlobalAveragePool2D.self, Flatten.self, Dense.self,
        Activation.self, Dropout.self, BatchNorm.self, LayerNorm.self, GroupNorm.self,
    ]

    private enum CodingKeys: String, CodingKey { case input, layers }

    /// Writes the architecture.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(inputShape, forKey: .input)
        var list = container.nestedUnkeyedContainer(forKey: .layers)
        for layer in layers { try TaggedCoding.encode(layer, tag: "layer", to: list.superEncoder()) }
    }

    /// Reads an architecture; throws a `DecodingError` where a layer is unknown.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let custom = CodingUserInfoKey.layerTypes.flatMap { decoder.userInfo[$0] as? [any Layer.Type] } ?? []
        var list = try container.nestedUnkeyedContainer(forKey: .layers)
        var layers: [any Layer] = []
        while !list.isAtEnd {
            let decoded = try TaggedCoding.decode(
                tag: "layer", known: Self.layerTypes + custom, from: list.superDecoder())
            if let layer = decoded as? any Layer { layers.append(layer) }
        }
        self.init(input: try container.decode(Shape.self, forKey: .input), layers: layers)
    }
}
