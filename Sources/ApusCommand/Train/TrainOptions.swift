import Apus
import ArgumentParser

extension AlgorithmChoice: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// What a training is made of. All are optional, so that `--resume` knows what was asked for.
struct TrainOptions: ParsableArguments {
    @Option(
        help: "The network: \(ModelLibrary.names.joined(separator: ", ")) (default: keras-cnn).",
        completion: .list(ModelLibrary.names))
    var model: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Passes over the training images, those already done included (default: 10).", valueName: "n"))
    var epochs: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Images per step (default: 32).", valueName: "n"))
    var batchSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Rows and columns that images are resized to (default: the data's own, 32 for folders).",
            valueName: "pixels"))
    var imageSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Part of the training images held out to validate with (default: 0).", valueName: "share"))
    var validationFraction: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Seed of weights, order and held-out images (default: 1).", valueName: "n"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Kernels of the convolutions (default: auto).", valueName: "name"))
    var algorithm: AlgorithmChoice?

    @Option(
        help: ArgumentHelp("Type in which products are made; sums are float32 (default: fp32).", valueName: "name"))
    var precision: Precision?

    @Option(parsing: .unconditional, help: ArgumentHelp("Use the first n training images alone.", valueName: "n"))
    var limit: Int?

    func validate() throws {
        _ = try ModelChoice(name: model, imageSize: imageSize)
        try check("epochs", epochs, isAtLeast: 1)
        try check("batch-size", batchSize, isAtLeast: 1)
        try check("limit", limit, isAtLeast: 1)
        try (precision ?? .float32).checkOffered(by: algorithm ?? .auto)
        try checkShare("validation-fraction", validationFraction)
    }
}

extension Precision {
    /// Refuses a precision that the kernels asked for do not have.
    func checkOffered(by algorithm: AlgorithmChoice) throws {
        if isOffered(by: algorithm) { return }
        throw ValidationError(
            "--precision \(rawValue) is made by --algorithm auto, fused or winograd, not \(algorithm.rawValue)")
    }
}
