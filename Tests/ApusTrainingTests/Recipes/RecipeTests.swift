import ApusNeuralNetworks
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// Recipes as values, texts and files.
@Suite struct RecipeTests {
    private func json(_ recipe: Recipe) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(recipe), as: UTF8.self)
    }

    @Test(arguments: Recipe.library.map(\.name)) func everyRecipeIsAFileOfTheRepository(name: String) throws {
        let recipe = try #require(Recipe.named(name))
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../../../Recipes")
        let file = try Recipe(file: folder.appending(path: "\(name).yaml").path)
        #expect(try json(file) == json(recipe), "apus recipe \(name) > Recipes/\(name).yaml")
    }

    @Test(arguments: ["recipe.json", "recipe.yaml"]) func filesAreReadAsTheyWereWritten(name: String) throws {
        try withTemporaryDirectory { directory in
            let recipe = Recipe.airbench94
            let text = name.hasSuffix("json") ? try json(recipe) : try recipe.yaml
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(directory)/\(name)"))
            #expect(try json(Recipe(file: "\(directory)/\(name)")) == json(recipe))
        }
    }

    @Test func filesThatAreNoRecipeAreRefused() throws {
        try withTemporaryDirectory { directory in
            #expect(throws: FileError.self) { _ = try Recipe(file: "\(directory)/none.yaml") }
            for text in ["", "name: x", "[1, 2", "epochs: many"] {
                let path = "\(directory)/bad.yaml"
                try Data(text.utf8).write(to: URL(fileURLWithPath: path))
                #expect(throws: FileError.self, "\(text)") { _ = try Recipe(file: path) }
            }
        }
    }

    @Test func entriesAreChanged() throws {
        let recipe = try Recipe.airbench94.setting("epochs", to: "4").setting("settings.precision", to: "fp32")
            .setting("optimizer.groups.0.optimizer.learningRate", to: "0.2").setting("name", to: "mine")
        #expect(recipe.epochs == 4)
        #expect(recipe.settings.precision == .float32)
        #expect((recipe.optimizer as? ParameterGroups)?.groups.first?.optimizer.learningRate == 0.2)
        #expect(recipe.name == "mine")
    }

    @Test(arguments: [
        ("epoch", "4", "no entry epoch"), ("epochs", "many", "epochs"), ("epochs", "0", "0 epochs"),
        ("optimizer.groups.9.pattern", "x", "9 is no position"), ("epochs.first", "1", "nothing below first"),
        ("whitening.layer", "conv1", "conv1"), ("model.layers.0.filters", "8", "whitening"),
    ]) func whatCannotBeChangedIsRefused(path: String, text: String, reason: String) throws {
        let error = try #require(throws: RecipeError.self) { try Recipe.airbench94.setting(path, to: text) }
        #expect(error.description.contains(reason), "\(error)")
    }

    @Test(arguments: [
        ("airbench94", 1_971_352), ("resnet18", 11_173_962), ("keras-cnn", 356_810),
    ]) func networksHaveTheSourcesParameters(name: String, count: Int) throws {
        let entries = try #require(Recipe.named(name)).model.parameterLayout.entries
        #expect(entries.filter(\.isTrainable).reduce(0) { $0 + $1.shape.count } == count)
    }
}
