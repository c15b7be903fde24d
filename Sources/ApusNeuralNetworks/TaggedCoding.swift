import ApusParallel

/// Writes and reads values of open sets of types (layers, losses, optimizers): each as its own keyed container with the
/// name of its type beside its properties, as `{"layer": "Flatten"}`.
package enum TaggedCoding {
    private struct Key: CodingKey {
        let stringValue: String
        let intValue: Int? = nil

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Writes a value and the name of its type under the key `tag`.
    package static func encode(_ value: any Encodable, tag: String, to encoder: any Encoder) throws {
        try value.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(String(describing: type(of: value)), forKey: Key(stringValue: tag))
    }

    /// Reads a value of one of the `known` types; throws a `DecodingError` that lists them where the type is unknown, or says what
    /// is wrong with the value's settings.
    package static func decode(
        tag: String, known: [any Decodable.Type], from decoder: any Decoder
    ) throws -> any Decodable {
        let container = try decoder.container(keyedBy: Key.self)
        let key = Key(stringValue: tag)
        let name = try container.decode(String.self, forKey: key)
        guard let type = known.first(where: { String(describing: $0) == name }) else {
            let names = known.map { String(describing: $0) }.joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container,
                debugDescription: "unknown \(tag) \"\(name)\", expected one of \(names)")
        }
        let value = try type.init(from: decoder)
        if let mistake = (value as? any Validated)?.mistake {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: mistake))
        }
        return value
    }
}
