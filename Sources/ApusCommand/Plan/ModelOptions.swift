import Apus
import ArgumentParser

/// Which network at which size: `--model`, `--image-size`, `--batch-size` of commands that need no data.
struct ModelOptions: ParsableArguments {
    @Option(
        help: "The network: \(ModelLibrary.names.joined(separator: ", ")).", completion: .list(ModelLibrary.names))
    var model = ModelChoice.defaultName

    @Option(parsing: .unconditional, help: ArgumentHelp("Images per step.", valueName: "n"))
    var batchSize = 32

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows and columns of an image.", valueName: "pixels"))
    var imageSize = ModelChoice.defaultImageSize

    func validate() throws {
        _ = try choice()
        try check("batch-size", batchSize, isAtLeast: 1)
    }

    /// What was chosen.
    func choice() throws -> ModelChoice { try ModelChoice(name: model, imageSize: imageSize) }
}
