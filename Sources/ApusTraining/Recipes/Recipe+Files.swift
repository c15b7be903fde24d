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
            let encoder = YAMLEncoder()
            encoder.options.sequenceStyle = .any
            return try encoder.encode(self)
        }
    }
}
