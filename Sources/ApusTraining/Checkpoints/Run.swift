import ApusBLAS
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import Foundation

/// A directory that holds a training: `model.safetensors` (weights, optimizer state, progress), `config.json` (what it
/// was made of) and `history.json` (its finished epochs).
///
/// The checkpoint holds all that a training needs to go on to the same bits: the weights under their names, their average as
/// `average.<name>`, the optimizer's state as `optimizer.<state>.<name>`, and as metadata the format's version and
/// ``TrainingProgress`` (epoch, batch, step, metrics). Random numbers, the order of examples and the schedule have no state of
/// their own: they are functions of the settings' seed and schedule and of that progress. Files are replaced as a whole or not at
/// all, so that a program that is killed at any instant leaves a run that goes on.
///
/// ```swift
/// let run = Run("runs/2026-11-23-keras-cnn")
/// let model = try run.loadModel()
/// let probabilities = model.predict(.images(images))
/// ```
public struct Run: Sendable {
    /// The directory.
    public let directory: String

    /// A run in a directory that may not exist yet.
    public init(_ directory: String) { self.directory = directory }

    /// Weights, optimizer state and progress.
    var checkpointPath: String { path("model.safetensors") }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }

    // MARK: Writing

    /// Makes the directory, removes what a writer that was killed has left there, and finds out, before any work is done, whether
    /// files can be written.
    public func prepare() throws {
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: directory, reason: "the directory cannot be made")
        }
        AtomicFile.removeLeftovers(in: directory)
        try AtomicFile.write("", to: path(".probe"))
        try? FileManager.default.removeItem(atPath: path(".probe"))
    }

    /// Writes a training as it stands between two steps. Each file is replaced as a whole or not at all.
    public func save(_ trainer: Trainer, configuration: RunConfiguration) throws {
        try write(configuration, to: "config.json")
        // Before the checkpoint: a history that is ahead of it does no harm, one behind it would lack times.
        try write(trainer.progress.history, to: "history.json")
        try Checkpoint.write(trainer, to: checkpointPath)
    }

    private func write(_ value: some Encodable, to name: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try AtomicFile.write(encoder.encode(value), to: path(name))
    }

    // MARK: Reading

    /// What the run was made of.
    ///
    /// - Parameter types: Layers, losses and optimizers of your own that the run may contain.
    public func configuration(types: [any (Decodable & Sendable).Type] = []) throws -> RunConfiguration {
        let decoder = JSONDecoder()
        if let key = CodingUserInfoKey.layerTypes { decoder.userInfo[key] = types.compactMap { $0 as? any Layer.Type } }
        if let key = CodingUserInfoKey.trainingTypes { decoder.userInfo[key] = types }
        return try read("config.json", decoder, expected: "the configuration of a run")
    }

    /// The finished epochs, in order.
    public func history() throws -> [EpochRecord] {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try read("history.json", decoder, expected: "the finished epochs of a run")
    }

    private func read<Value: Decodable>(_ name: String, _ decoder: JSONDecoder, expected: String) throws -> Value {
        let path = path(name)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileError.missing(path: path, expected: "\(expected) made by `apus train`")
        }
        do {
            return try decoder.decode(Value.self, from: data)
        } catch {
            throw FileError.malformed(path: path, found: DecodingError.explanation(of: error), expected: expected)
        }
    }

    /// The finished network, ready to predict and to be evaluated.
    ///
    /// - Parameters:
    ///   - types: Layers, losses and optimizers of your own that the run may contain.
    ///   - pool: The threads to work with.
    public func loadModel(types: [any (Decodable & Sendable).Type] = [], pool: WorkerPool = WorkerPool()) throws
        -> Trainer
    {
        let trainer = try trainer(configuration(types: types), pool: pool)
        try Checkpoint.readWeights(checkpointPath, into: trainer)
        return trainer
    }

    /// Whether the training was killed before its first checkpoint was there: it then begins anew, with the weights that its
    /// initializers make.
    package var isAtStart: Bool {
        let hasCheckpoint = FileManager.default.fileExists(atPath: checkpointPath)
        let hasHistory = FileManager.default.fileExists(atPath: path("history.json"))
        return !hasCheckpoint && (!hasHistory || (try? history())?.isEmpty == true)
    }

    /// The training, ready to go on from the step after which it was saved.
    ///
    /// - Parameters:
    ///   - types: Layers, losses and optimizers of your own that the run may contain.
    ///   - pool: The threads to work with; their number may differ from before.
    public func resume(types: [any (Decodable & Sendable).Type] = [], pool: WorkerPool = WorkerPool()) throws -> Trainer
    {
        let trainer = try trainer(configuration(types: types), pool: pool)
        if isAtStart { return trainer }
        try Checkpoint.read(checkpointPath, into: trainer)
        trainer.progress.takeTimes(from: try history())
        return trainer
    }

    /// A training of the size of the saved one: a configuration that describes another is refused before it takes memory.
    private func trainer(_ configuration: RunConfiguration, pool: WorkerPool) throws -> Trainer {
        if !isAtStart {
            try Checkpoint.check(path("model.safetensors"), holds: configuration.model.parameterLayout)
        }
        return Trainer(
            model: configuration.model, loss: configuration.loss, optimizer: configuration.optimizer,
            settings: configuration.settings, pool: pool)
    }
}
