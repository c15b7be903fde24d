import Foundation

/// The JSON object at the start of a safetensors file, as it is written there.
struct SafetensorsHeader: Codable {
    /// Longest header that the format allows, in bytes.
    static let longest = 100_000_000
    private static let metadataKey = "__metadata__"

    /// One tensor's description.
    struct Description: Codable {
        let type: String
        let shape: [Int]
        /// First byte and the byte after the last, counted from the end of the header.
        let offsets: [Int]

        enum CodingKeys: String, CodingKey {
            case type = "dtype"
            case shape
            case offsets = "data_offsets"
        }
    }

    var metadata: [String: String]
    var tensors: [String: Description]

    init(metadata: [String: String], tensors: [String: Description]) {
        self.metadata = metadata
        self.tensors = tensors
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        metadata = [:]
        tensors = [:]
        for key in container.allKeys {
            if key.stringValue == Self.metadataKey {
                metadata = try container.decode([String: String].self, forKey: key)
            } else {
                tensors[key.stringValue] = try container.decode(Description.self, forKey: key)
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        if !metadata.isEmpty { try container.encode(metadata, forKey: Key(Self.metadataKey)) }
        for (name, description) in tensors { try container.encode(description, forKey: Key(name)) }
    }

    /// Whether a tensor may bear this name.
    static func allows(name: String) -> Bool { name != metadataKey }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension SafetensorsHeader {
    /// Parses a header's bytes; `path` is for messages.
    init(json: [UInt8], path: String) throws(FileError) {
        let expected = "a header that is a JSON object in UTF-8"
        guard json.first == UInt8(ascii: "{") else {
            throw .malformed(path: path, found: "a header that does not begin with {", expected: expected)
        }
        // A zero byte would make the decoder take the text for UTF-16.
        guard !json.contains(0), String(validating: json, as: UTF8.self) != nil else {
            throw .malformed(path: path, found: "a header that is no UTF-8 text", expected: expected)
        }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(json))
        } catch {
            throw .malformed(
                path: path, found: Self.sentence(error),
                expected: "a JSON object of tensors with dtype, shape and data_offsets")
        }
        if let name = JSONKeys.firstDuplicate(in: json) {
            throw .malformed(path: path, found: "the name \"\(name)\" twice in the header", expected: "unique names")
        }
    }

    /// What the JSON decoder found, and where.
    private static func sentence(_ error: any Error) -> String {
        switch error as? DecodingError {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context):
            let place = context.codingPath.map(\.stringValue).joined(separator: "/")
            return "in the header at \"\(place)\": \(context.debugDescription)"
        default:
            // Foundation says no more about broken text than about a number that is no integer.
            return "a header that is no JSON with 64-bit integers"
        }
    }
}
