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
    /// The views that are averaged where the network is tested, if any.
    public var testTimeAugmentation: TestTimeAugmentation?
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
    ///   - testTimeAugmentation: The views that are averaged where the network is tested, if any.
    ///   - notes: Free entries.
    public init(
        _ trainer: Trainer, modelName: String, classNames: [String] = [],
        testTimeAugmentation: TestTimeAugmentation? = nil, notes: [String: String] = [:]
    ) {
        self.testTimeAugmentation = testTimeAugmentation
        self.modelName = modelName
        model = trainer.model
        loss = trainer.loss
        optimizer = trainer.optimizer
        settings = trainer.settings
        self.classNames = classNames
        self.notes = notes
    }

    /// What does not go together, if anything: a batch that no memory holds, or a scaling for other images.
    private var mistake: String? {
        let (input, batch, factors) = (model.inputShape, settings.microBatchSize, settings.scaling.scale.count)
        if input.rank == 3, factors != 1, factors != input[2] {
            return "scaling has \(factors) factors for images of \(input[2]) channels"
        }
        if let mistake = settings.progressiveResizing?.mistake(for: model) { return mistake }
        // Bytes of everything that lies in memory at once, and operations, must be numbers.
        let values = ([input] + model.outputShapes).reduce(0) { $0 + $1.count }
        let largest = model.convolutions.map { $0.geometry.flops(images: 1) }.max() ?? 0
        let (bytes, isTooLarge) = values.multipliedReportingOverflow(by: 64)
        let overflows = isTooLarge || [bytes, largest].contains { $0.multipliedReportingOverflow(by: batch).overflow }
        return overflows ? "batches of \(batch) samples are too large for the network" : nil
    }

    private enum CodingKeys: String, CodingKey {
        case format
        case modelName = "model_name"
        case model
        case loss
        case optimizer
        case settings
        case testTimeAugmentation = "test_time_augmentation"
        case classNames = "class_names"
        case notes
    }

    /// Writes the configuration.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(format, forKey: .format)
        try container.encode(modelName, forKey: .modelName)
        try container.encode(model, forKey: .model)
        try TrainingCoding.encode(loss, to: container.superEncoder(forKey: .loss))
        try TrainingCoding.encode(optimizer, to: container.superEncoder(forKey: .optimizer))
        try container.encode(settings, forKey: .settings)
        try container.encodeIfPresent(testTimeAugmentation, forKey: .testTimeAugmentation)
        try container.encode(classNames, forKey: .classNames)
        try container.encode(notes, forKey: .notes)
    }

    /// Reads a configuration. Losses, optimizers and schedules of your own are found through the decoder's
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
        loss = try TrainingCoding.loss(from: container.superDecoder(forKey: .loss))
        optimizer = try TrainingCoding.optimizer(from: container.superDecoder(forKey: .optimizer))
        settings = try container.decode(TrainingSettings.self, forKey: .settings)
        testTimeAugmentation = try container.decodeIfPresent(
            TestTimeAugmentation.self, forKey: .testTimeAugmentation)
        classNames = try container.decode([String].self, forKey: .classNames)
        notes = try container.decode([String: String].self, forKey: .notes)
        if let mistake {
            throw DecodingError.dataCorruptedError(forKey: .settings, in: container, debugDescription: mistake)
        }
    }
}
