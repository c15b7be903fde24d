import ApusDatasets
import ApusKernels
import ApusParallel

/// Settings of a training that its results depend on, besides model, loss, optimizer and data.
public struct TrainingSettings: Sendable, Validated {
    /// Examples per step.
    public var batchSize: Int
    /// Parts in which the gradient of a batch is worked out, one after the other: memory is that of a batch of
    /// `batchSize / accumulation`, which must be whole, and the step is that of the undivided batch, but for layers whose
    /// statistics are those of a batch.
    public var accumulation: Int
    /// Whether the last batch of an epoch is left out where it is not full.
    public var dropsIncompleteBatch: Bool
    /// Which share of the examples an epoch takes, if not all.
    public var selection: ExampleSelection?
    /// Sizes of the images of the first epochs, if they have others than the network's input.
    public var progressiveResizing: ProgressiveResizing?
    /// Seed of weights, order of examples and dropout.
    public var seed: UInt64
    /// How the learning rate changes from step to step.
    public var schedule: any Schedule
    /// What is done to gradients that are too large, if anything.
    public var clipping: GradientClipping?
    /// The average of the weights that is evaluated in their place, if any.
    public var weightAverage: WeightAverage?
    /// Which kernels convolutions use.
    public var algorithm: AlgorithmChoice
    /// The kernels that `auto` stands for: as tuned for this machine, and, once a ``Trainer`` has chosen, of every
    /// convolution of the model, so that a run goes on with the kernels with which it began.
    public var algorithmTable: AlgorithmTable
    /// In which type products are made; bfloat16 by the kernels `auto` and `fused` alone.
    public var precision: Precision
    /// How a pixel's byte becomes an input.
    public var scaling: PixelScaling
    /// Random changes of the training images, anew in each epoch, if any. Those that mix images need a loss that takes
    /// distributions, as ``CategoricalCrossEntropy``.
    public var augmentation: Augmentation?

    /// Settings with Keras's defaults.
    public init(
        batchSize: Int = 32, accumulation: Int = 1, dropsIncompleteBatch: Bool = false,
        selection: ExampleSelection? = nil, progressiveResizing: ProgressiveResizing? = nil, seed: UInt64 = 1,
        schedule: any Schedule = ConstantSchedule(), clipping: GradientClipping? = nil,
        weightAverage: WeightAverage? = nil,
        algorithm: AlgorithmChoice = .auto, algorithmTable: AlgorithmTable = AlgorithmTable(),
        precision: Precision = .float32, scaling: PixelScaling = .unit, augmentation: Augmentation? = nil
    ) {
        self.batchSize = batchSize
        self.accumulation = accumulation
        self.dropsIncompleteBatch = dropsIncompleteBatch
        self.selection = selection
        self.progressiveResizing = progressiveResizing
        self.seed = seed
        self.schedule = schedule
        self.clipping = clipping
        self.weightAverage = weightAverage
        self.algorithm = algorithm
        self.algorithmTable = algorithmTable
        self.precision = precision
        self.scaling = scaling
        self.augmentation = augmentation
    }

    /// Examples that are worked on at once.
    package var microBatchSize: Int {
        requireValid()
        return batchSize / accumulation
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            batchSize >= 1 && accumulation >= 1 && batchSize % accumulation == 0,
            "TrainingSettings: batch size \(batchSize) in \(accumulation) parts, expected parts of one size, at least 1"
        )
            ?? selection?.mistake ?? progressiveResizing?.mistake ?? clipping?.mistake ?? weightAverage?.mistake
    }
}

extension TrainingSettings: Codable {
    private enum CodingKeys: String, CodingKey {
        case batchSize, accumulation, dropsIncompleteBatch, selection, progressiveResizing, seed, schedule, clipping
        case weightAverage
        case algorithm, algorithmTable, precision, scaling, augmentation
    }

    /// Writes the settings.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(batchSize, forKey: .batchSize)
        try container.encode(accumulation, forKey: .accumulation)
        try container.encode(dropsIncompleteBatch, forKey: .dropsIncompleteBatch)
        try container.encodeIfPresent(selection, forKey: .selection)
        try container.encodeIfPresent(progressiveResizing, forKey: .progressiveResizing)
        try container.encode(seed, forKey: .seed)
        try TrainingCoding.encode(schedule, to: container.superEncoder(forKey: .schedule))
        try container.encodeIfPresent(clipping, forKey: .clipping)
        try container.encodeIfPresent(weightAverage, forKey: .weightAverage)
        try container.encode(algorithm, forKey: .algorithm)
        try container.encode(algorithmTable, forKey: .algorithmTable)
        try container.encode(precision, forKey: .precision)
        try container.encode(scaling, forKey: .scaling)
        try container.encodeIfPresent(augmentation, forKey: .augmentation)
    }

    /// Reads settings; what older runs did not record is as it was then.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys, else other: Value) throws -> Value {
            try container.decodeIfPresent(Value.self, forKey: key) ?? other
        }
        self.init(
            batchSize: try container.decode(Int.self, forKey: .batchSize),
            accumulation: try value(.accumulation, else: 1),
            dropsIncompleteBatch: try value(.dropsIncompleteBatch, else: false),
            selection: try container.decodeIfPresent(ExampleSelection.self, forKey: .selection),
            progressiveResizing: try container.decodeIfPresent(ProgressiveResizing.self, forKey: .progressiveResizing),
            seed: try container.decode(UInt64.self, forKey: .seed),
            schedule: container.contains(.schedule)
                ? try TrainingCoding.schedule(from: container.superDecoder(forKey: .schedule)) : ConstantSchedule(),
            clipping: try container.decodeIfPresent(GradientClipping.self, forKey: .clipping),
            weightAverage: try container.decodeIfPresent(WeightAverage.self, forKey: .weightAverage),
            algorithm: try container.decode(AlgorithmChoice.self, forKey: .algorithm),
            algorithmTable: try value(.algorithmTable, else: AlgorithmTable()),
            precision: try value(.precision, else: .float32),
            scaling: try container.decode(PixelScaling.self, forKey: .scaling),
            augmentation: try container.decodeIfPresent(Augmentation.self, forKey: .augmentation))
        try validated(decoder)
    }
}
