import Apus
import ArgumentParser
import Foundation

/// `apus recipe`
struct RecipeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipe",
        abstract: "Lists recipes, or prints one as YAML or JSON.",
        discussion: """
            A printed recipe is a file that apus train --recipe takes.

            EXAMPLES
              apus recipe
              apus recipe airbench94 > mine.yaml
              apus recipe keras-cnn --json
            """)

    @Argument(help: "The recipe's name or file; all are listed where it is left out.")
    var name: String?

    @Flag(help: "Print JSON instead of YAML.")
    var json = false

    func run() throws {
        guard let name else {
            if json { return try print(Recipe.library) }
            let width = Recipe.library.map(\.name.count).max() ?? 0
            for recipe in Recipe.library {
                let space = String(repeating: " ", count: width - recipe.name.count + 2)
                Console.standard.line(recipe.name + space + recipe.summary)
            }
            return
        }
        let recipe = try Recipe.find(name)
        if json { try print(recipe) } else { Console.standard.line(try recipe.yaml) }
    }

    /// Writes JSON with the keys of a recipe's file, which `--set` takes as well.
    private func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        Console.standard.line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
