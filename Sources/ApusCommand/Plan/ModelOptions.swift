import Apus
import ArgumentParser

/// Which network at which size: `--model`, `--image-size`, `--batch-size` of commands that need no data.
struct ModelOptions: ParsableArguments {
    @Option(
        help: "The network: \(ModelLibrary.names.joined(separator: ", ")).", completion: .list(ModelLibrary.names))
    var model = TrainOptions.defaultModel

    @Option(parsing: .unconditional, help: ArgumentHelp("Images per step.", valueName: "n"))
    var batchSize = 32

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows and columns of an image.", valueName: "pixels"))
    var imageSize = TrainOptions.defaultImageSize

    func validate() throws {
        guard let smallest = ModelLibrary.smallestImageSize(of: model) else {
            throw ValidationError("--model is \(model), there are: \(ModelLibrary.names.joined(separator: ", "))")
        }
        if batchSize < 1 { throw ValidationError("--batch-size is \(batchSize), expected at least 1") }
        if !(smallest...TrainOptions.largestImageSize).contains(imageSize) {
            throw ValidationError(
                "--image-size is \(imageSize), \(model) takes \(smallest) to \(TrainOptions.largestImageSize) pixels")
        }
    }

    /// The network.
    func network() throws -> Sequential {
        guard let network = ModelLibrary.model(named: model, imageSize: imageSize) else {
            throw UsageError("--model is \(model), there are: \(ModelLibrary.names.joined(separator: ", "))")
        }
        return network
    }
}

extension TunedKernels {
    /// This machine's table, with a note where there is one of another processor.
    static func ofThisMachine() throws -> AlgorithmTable {
        guard let tuned = try read() else { return AlgorithmTable() }
        if tuned.isOfThisProcessor { return tuned.table }
        Console.standard.note(
            "Note: \(defaultPath) was tuned for another processor (\(tuned.processor)) and is not used; run apus tune")
        return AlgorithmTable()
    }
}
