import ApusNeuralNetworks
import Foundation

/// What a run was made of: enough to load it, to go on with it and to make it again. Written as `config.json`.
public struct RunConfiguration: Sendable, Codable {
    /// The version of the file's format.
    public private(set) var format = 1
    /// What the model is called.
    public var modelName: String
    /// The architecture.
    public var model: Sequential
    /// What is made small.
    public var loss: any Loss
    /// What moves the weights.
    public var optimizer: any Optimizer
    /// Batch size, seed and the like.
    public var settings: TrainingSettings
    /// The classes in the order of the model's outputs; empty where there are none.
    public var classNames: [String]
    /// Free entries of the program that made the run, such as where its data came from.
    public var notes: [String: String]

    /// The configuration of a training.
    ///
    /// - Parameters:
    ///   - trainer: The training.
    ///   - modelName: What the model is called.
    ///   - classNames: The classes in the order of the model's outputs.
    ///   - notes: Free entries.
    public init(_ trainer: Trainer, modelName: String, classNames: [String] = [], notes: [String: String] = [:]) {
        self.modelName = modelName
        model = trainer.model
        loss = trainer.loss
        optimizer = trainer.optimizer
        settings = trainer.settings
        self.classNames = classNames
        self.notes = notes
    }

    private enum CodingKeys: String, CodingKey {
        case format
        case modelName = "model_name"
        case model
        case loss
        case optimizer
        case settings
        case classNames = "class_names"
        case notes
    }

    private static let losses: [any Loss.Type] = [
        SparseCategoricalCrossEntropy.self, CategoricalCrossEntropy.self, BinaryCrossEntropy.self, KLDivergence.self,
        MeanSquaredError.self, MeanAbsoluteError.self, Huber.self, Hinge.self, CategoricalHinge.self,
    ]
    private static let optimizers: [any Optimizer.Type] = [SGD.self, Adam.self]

    /// Writes the configuration.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(modelName, forKey: .modelName)
        try container.encode(model, forKey: .model)
        try TaggedCoding.encode(loss, tag: "loss", to: container.superEncoder(forKey: .loss))
        try TaggedCoding.encode(optimizer, tag: "optimizer", to: container.superEncoder(forKey: .optimizer))
        try container.encode(settings, forKey: .settings)
        try container.encode(classNames, forKey: .classNames)
        try container.encode(notes, forKey: .notes)
    }

    /// Reads a configuration. Losses and optimizers of your own are found through the decoder's
    /// `userInfo[.trainingTypes]`, layers through `userInfo[.layerTypes]`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        format = try container.decode(Int.self, forKey: .format)
        guard format == 1 else {
            throw DecodingError.dataCorruptedError(
                forKey: .format, in: container, debugDescription: "format \(format), expected 1")
        }
        modelName = try container.decode(String.self, forKey: .modelName)
        model = try container.decode(Sequential.self, forKey: .model)
        let custom = CodingUserInfoKey.trainingTypes.flatMap { decoder.userInfo[$0] as? [any Decodable.Type] } ?? []
        loss = try Self.decode(.loss, tag: "loss", known: Self.losses + custom, from: container)
        optimizer = try Self.decode(.optimizer, tag: "optimizer", known: Self.optimizers + custom, from: container)
        settings = try container.decode(TrainingSettings.self, forKey: .settings)
        classNames = try container.decode([String].self, forKey: .classNames)
        notes = try container.decode([String: String].self, forKey: .notes)
    }

    private static func decode<Result>(
        _ key: CodingKeys, tag: String, known: [any Decodable.Type], from container: KeyedDecodingContainer<CodingKeys>
    ) throws -> Result {
        let value = try TaggedCoding.decode(tag: tag, known: known, from: container.superDecoder(forKey: key))
        guard let result = value as? Result else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container, debugDescription: "\(type(of: value)) is no \(tag)")
        }
        return result
    }
}

extension CodingUserInfoKey {
    /// Losses and optimizers of your own (`[any Decodable.Type]`) that a decoder of a ``RunConfiguration`` shall know.
    public static var trainingTypes: CodingUserInfoKey? { CodingUserInfoKey(rawValue: "apus.trainingTypes") }
}
