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

    /// Reads an architecture; throws a `DecodingError` where a layer is unknown, has wrong settings, or cannot take what comes
    /// before it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let input = try container.decode(Shape.self, forKey: .input)
        let layers = try LayerCoding.decode(container.nestedUnkeyedContainer(forKey: .layers), from: decoder)
        if let mistake = LayerChain(layers, owner: "Sequential").mistake(for: input) {
            throw DecodingError.dataCorruptedError(forKey: .layers, in: container, debugDescription: mistake)
        }
        self.init(
            input: input, layers: layers,
            frozen: try container.decodeIfPresent([NamePattern].self, forKey: .frozen) ?? [])
        let names = parameterLayout.entries.map(\.name)
        if Set(names).count < names.count {
            throw DecodingError.dataCorruptedError(
                forKey: .layers, in: container, debugDescription: "two parameters bear one name: \(names)")
        }
    }
}
