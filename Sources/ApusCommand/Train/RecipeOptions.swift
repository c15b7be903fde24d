import Apus
import ArgumentParser
import Foundation

/// A training that is written down as a whole.
struct RecipeOptions: ParsableArguments, RecordedOptions {
    @Option(
        help: ArgumentHelp(
            "Train as a recipe says: \(Recipe.library.map(\.name).joined(separator: ", ")), or a YAML or JSON file.",
            valueName: "name"),
        completion: .list(Recipe.library.map(\.name)))
    var recipe: String?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Change an entry of the recipe, as optimizer.learningRate=0.1; may be given several times.",
            valueName: "key=value"))
    var set: [String] = []

    var recorded: [RecordedOption] {
        [RecordedOption("recipe", recipe), RecordedOption("set", set.isEmpty ? nil : set.joined(separator: " "))]
    }

    func validate() throws {
        if recipe == nil, let first = set.first {
            throw ValidationError("--set \(first) changes a recipe: name one with --recipe")
        }
        for entry in set where !entry.contains("=") {
            throw ValidationError("--set is \(entry), expected key=value")
        }
    }

    /// The recipe with its changes, where one is asked for.
    func chosen() throws -> Recipe? {
        guard let recipe else { return nil }
        var chosen = try Recipe.find(recipe)
        for entry in set {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            do {
                chosen = try chosen.setting(String(parts[0]), to: String(parts[1]))
            } catch {
                throw UsageError("--set \(error)")
            }
        }
        return chosen
    }
}

extension Recipe {
    /// The recipe of a name or in a file.
    static func find(_ name: String) throws -> Recipe {
        if let recipe = Recipe.named(name) { return recipe }
        if !name.contains("/") && !name.contains("."), !FileManager.default.fileExists(atPath: name) {
            throw UsageError(
                "--recipe is \(name), there are: \(library.map(\.name).joined(separator: ", ")), and YAML and JSON files"
            )
        }
        return try Recipe(file: name)
    }
}
