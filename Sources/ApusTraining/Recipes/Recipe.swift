import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import Foundation

/// A whole training as one value: network, preparation, optimizer, schedule, loss, epochs, evaluation.
///
/// ```swift
/// var recipe = Recipe.airbench94
/// recipe.epochs = 4
/// let trainer = try recipe.trainer(on: train, pool: WorkerPool())
/// try trainer.fit(.images(train), test: .images(test), epochs: recipe.epochs)
/// ```
public struct Recipe: Sendable {
    /// What it is called.
    public var name: String
    /// What it is, in a sentence.
    public var summary: String
    /// The architecture.
    public var model: Sequential
    /// What is made small.
    public var loss: any Loss
    /// What moves the weights.
    public var optimizer: any Optimizer
    /// Batch size, schedule, augmentation, precision, seed and the like.
    public var settings: TrainingSettings
    /// Passes over the training images.
    public var epochs: Int
    /// The convolution that is filled from the training images before the first step, if any.
    public var whitening: PatchWhitening?
    /// The views that are averaged in the last evaluation, if any.
    public var testTimeAugmentation: TestTimeAugmentation?

    /// A recipe from its parts.
    public init(
        name: String, summary: String, model: Sequential, loss: any Loss = SparseCategoricalCrossEntropy(),
        optimizer: any Optimizer = Adam(), settings: TrainingSettings = TrainingSettings(), epochs: Int = 10,
        whitening: PatchWhitening? = nil, testTimeAugmentation: TestTimeAugmentation? = nil
    ) {
        self.name = name
        self.summary = summary
        self.model = model
        self.loss = loss
        self.optimizer = optimizer
        self.settings = settings
        self.epochs = epochs
        self.whitening = whitening
        self.testTimeAugmentation = testTimeAugmentation
    }

    /// A training at its start: weights drawn, the whitening convolution filled.
    ///
    /// - Throws: `LinearAlgebraError` where the images' patches cannot be whitened.
    public func trainer(on images: ImageSet, pool: WorkerPool = WorkerPool()) throws -> Trainer {
        requireValid()
        let trainer = Trainer(model: model, loss: loss, optimizer: optimizer, settings: settings, pool: pool)
        if let whitening { try trainer.initialize(whitening, from: images) }
        return trainer
    }
}

extension Recipe: Validated {
    /// What does not go together, if anything.
    public var mistake: String? {
        unless(epochs >= 1, "Recipe: \(epochs) epochs, expected at least 1")
            ?? settings.mistake ?? settings.progressiveResizing?.mistake(for: model) ?? whitening?.mistake ?? whitening?
            .mistake(for: model)
            ?? testTimeAugmentation?.mistake
    }
}

extension Recipe: Codable {
    private enum CodingKeys: String, CodingKey {
        case name, summary, model, loss, optimizer, settings, epochs, whitening
        case testTimeAugmentation
    }

    /// Writes the recipe.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(summary, forKey: .summary)
        try container.encode(epochs, forKey: .epochs)
        try container.encode(model, forKey: .model)
        try container.encodeIfPresent(whitening, forKey: .whitening)
        try TrainingCoding.encode(loss, to: container.superEncoder(forKey: .loss))
        try TrainingCoding.encode(optimizer, to: container.superEncoder(forKey: .optimizer))
        try container.encode(settings, forKey: .settings)
        try container.encodeIfPresent(testTimeAugmentation, forKey: .testTimeAugmentation)
    }

    /// Reads a recipe; types of your own are found as ``RunConfiguration`` finds them.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            summary: try container.decodeIfPresent(String.self, forKey: .summary) ?? "",
            model: try container.decode(Sequential.self, forKey: .model),
            loss: try TrainingCoding.loss(from: container.superDecoder(forKey: .loss)),
            optimizer: try TrainingCoding.optimizer(from: container.superDecoder(forKey: .optimizer)),
            settings: try container.decode(TrainingSettings.self, forKey: .settings),
            epochs: try container.decode(Int.self, forKey: .epochs),
            whitening: try container.decodeIfPresent(PatchWhitening.self, forKey: .whitening),
            testTimeAugmentation: try container.decodeIfPresent(
                TestTimeAugmentation.self, forKey: .testTimeAugmentation))
        try validated(decoder)
    }
}
