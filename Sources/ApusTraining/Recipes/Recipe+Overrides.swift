import Foundation

/// Why a recipe cannot be changed or read so.
public struct RecipeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The reason, as a sentence without its end.
    public let description: String

    /// An error of that reason.
    init(_ description: String) { self.description = description }
}

extension Recipe {
    /// This recipe with one of its entries changed.
    ///
    /// ```swift
    /// let short = try Recipe.airbench94.setting("epochs", to: "4").setting("settings.precision", to: "fp32")
    /// ```
    ///
    /// - Parameters:
    ///   - path: Names of entries as in the recipe's JSON from the outermost on, with positions in lists, as
    ///     `optimizer.groups.0.optimizer.learningRate`.
    ///   - text: The value as JSON; text that is no JSON stands for itself.
    /// - Throws: ``RecipeError`` where there is no such entry, or the recipe would not go together.
    public func setting(_ path: String, to text: String) throws(RecipeError) -> Recipe {
        let value: Any = (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) ?? text
        do {
            let tree = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self))
            let changed = try Self.setting(path.split(separator: ".")[...], of: tree, to: value, at: path)
            return try JSONDecoder().decode(Recipe.self, from: JSONSerialization.data(withJSONObject: changed))
        } catch let error as RecipeError {
            throw error
        } catch {
            throw RecipeError("\(path)=\(text): \(DecodingError.explanation(of: error))")
        }
    }

    /// A tree of JSON with one entry changed.
    private static func setting(
        _ path: ArraySlice<Substring>, of tree: Any, to value: Any, at whole: String
    ) throws(RecipeError) -> Any {
        guard let key = path.first.map(String.init) else { return value }
        let rest = path.dropFirst()
        if var list = tree as? [Any] {
            guard let index = Int(key), list.indices.contains(index) else {
                throw RecipeError("\(whole): \(key) is no position in a list of \(list.count)")
            }
            list[index] = try setting(rest, of: list[index], to: value, at: whole)
            return list
        }
        guard var entries = tree as? [String: Any] else {
            throw RecipeError("\(whole): there is nothing below \(key)")
        }
        guard entries[key] != nil || optionalKeys.contains(key) else {
            throw RecipeError("\(whole): no entry \(key), there are: \(entries.keys.sorted().joined(separator: ", "))")
        }
        entries[key] = try setting(rest, of: entries[key] ?? [String: Any](), to: value, at: whole)
        return entries
    }

    /// Entries that are not written where they are empty.
    private static let optionalKeys: Set<String> = [
        "augmentation", "clipping", "ghostSize", "progressiveResizing", "selection", "testTimeAugmentation",
        "weightAverage",
        "whitening",
    ]
}
