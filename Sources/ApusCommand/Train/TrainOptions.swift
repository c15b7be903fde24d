import Apus
import ArgumentParser

extension AlgorithmChoice: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}

/// The optimizers by name.
enum OptimizerName: String, CaseIterable, ExpressibleByArgument {
    case adam
    case sgd

    /// The name of an optimizer, or `nil` for one that has none here.
    init?(_ optimizer: any Optimizer) {
        switch optimizer {
        case is Adam: self = .adam
        case is SGD: self = .sgd
        default: return nil
        }
    }
}

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

    @Option(help: ArgumentHelp("What moves the weights (default: adam).", valueName: "name"))
    var optimizer: OptimizerName?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Step length (default: 0.001 for adam, 0.01 for sgd).", valueName: "rate"))
    var learningRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Momentum of sgd, at least 0 and under 1 (default: 0).", valueName: "share"))
    var momentum: Double?

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
        if let learningRate, !(learningRate > 0 && Float(learningRate).isFinite) {
            throw ValidationError("--learning-rate is \(learningRate), expected a number over 0")
        }
        try (precision ?? .float32).checkOffered(by: algorithm ?? .auto)
        try checkFraction("momentum", momentum)
        try checkFraction("validation-fraction", validationFraction)
    }

    /// The optimizer of a new training.
    var newOptimizer: any Optimizer {
        switch optimizer ?? .adam {
        case .adam: Adam(learningRate: learningRate ?? 1e-3)
        case .sgd: SGD(learningRate: learningRate ?? 0.01, momentum: momentum ?? 0)
        }
    }

    private func checkFraction(_ name: String, _ value: Double?) throws {
        if let value, !(0..<1).contains(value) {
            throw ValidationError("--\(name) is \(value), expected at least 0 and under 1")
        }
    }
}

extension Precision {
    /// Refuses a precision that the kernels asked for do not have.
    func checkOffered(by algorithm: AlgorithmChoice) throws {
        if isOffered(by: algorithm) { return }
        throw ValidationError("--precision \(rawValue) is made by --algorithm auto or fused, not \(algorithm.rawValue)")
    }
}
