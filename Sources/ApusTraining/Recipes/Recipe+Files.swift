import ApusTensors
import Foundation
import Yams

extension Recipe {
    /// Reads a recipe from a YAML or JSON file.
    ///
    /// - Throws: `FileError`, where the file is missing or is no recipe.
    public init(file path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileError.missing(path: path, expected: "a recipe")
        }
        do {
            // JSON is YAML, too, but its own reader keeps integers of 64 bits and is quicker to say what is wrong.
            self =
                try path.hasSuffix(".json")
                ? JSONDecoder().decode(Recipe.self, from: data) : YAMLDecoder().decode(Recipe.self, from: data)
        } catch let error as DecodingError {
            throw FileError.malformed(path: path, found: DecodingError.explanation(of: error), expected: "a recipe")
        } catch {
            throw FileError.malformed(path: path, found: "\(error)", expected: "a recipe")
        }
    }

    /// The recipe as YAML, as ``init(file:)`` reads it.
    public var yaml: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // Numbers keep their digits: Yams's own encoder writes floats as doubles, cut at 15 of them.
            let json = String(decoding: try encoder.encode(self), as: UTF8.self)
            guard let node = try Yams.compose(yaml: json) else { return "" }
            return try Yams.serialize(node: node.inBlocks)
        }
    }
}

extension Node {
    /// The same with mappings and sequences in lines of their own.
    fileprivate var inBlocks: Node {
        switch self {
        case .mapping(let mapping):
            let pairs = mapping.map { key, value in
                (Node(key.string ?? "", .implicit, .any), value.inBlocks)
            }
            return Node(pairs, mapping.tag, .block)
        case .sequence(let sequence): return Node(sequence.map(\.inBlocks), sequence.tag, .block)
        default: return self
        }
    }
}
