import ApusTensors

/// An architecture is written as `{"input": [32, 32, 3], "layers": [{"layer": "Conv2D", "filters": 32, …}, …]}`, with
/// `"frozen": ["conv*"]` where parameters are frozen, so that a finished run is loaded without the program that made
/// it.
extension Sequential: Codable {
    private enum CodingKeys: String, CodingKey { case input, layers, frozen }

    /// Writes the architecture.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(inputShape, forKey: .input)
        try LayerCoding.encode(layers, to: container.nestedUnkeyedContainer(forKey: .layers))
        if !frozen.isEmpty { try container.encode(frozen, forKey: .frozen) }
    }

    /// Reads an architecture; throws a `DecodingError` where a layer is unknown.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            input: try container.decode(Shape.self, forKey: .input),
            layers: try LayerCoding.decode(container.nestedUnkeyedContainer(forKey: .layers), from: decoder),
            frozen: try container.decodeIfPresent([NamePattern].self, forKey: .frozen) ?? [])
    }
}
