import ApusDatasets
import ApusKernels

/// Settings of a training that its results depend on, besides model, loss, optimizer and data.
public struct TrainingSettings: Sendable, Codable {
    /// Examples per step.
    public var batchSize: Int
    /// Seed of weights, order of examples and dropout.
    public var seed: UInt64
    /// Which kernels convolutions use.
    public var algorithm: AlgorithmChoice
    /// The kernels that `auto` stands for: as tuned for this machine, and, once a ``Trainer`` has chosen, of every
    /// convolution of the model, so that a run goes on with the kernels with which it began.
    public var algorithmTable: AlgorithmTable
    /// In which type products are made; bfloat16 by the kernels `auto` and `fused` alone.
    public var precision: Precision
    /// How a pixel's byte becomes an input.
    public var scaling: PixelScaling

    /// Settings with Keras's defaults.
    public init(
        batchSize: Int = 32, seed: UInt64 = 1, algorithm: AlgorithmChoice = .auto,
        algorithmTable: AlgorithmTable = AlgorithmTable(), precision: Precision = .float32,
        scaling: PixelScaling = .unit
    ) {
        self.batchSize = batchSize
        self.seed = seed
        self.algorithm = algorithm
        self.algorithmTable = algorithmTable
        self.precision = precision
        self.scaling = scaling
    }

    /// Reads settings; those of runs that recorded no kernels leave the choice open, and those without a precision were
    /// made in float32.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        batchSize = try container.decode(Int.self, forKey: .batchSize)
        seed = try container.decode(UInt64.self, forKey: .seed)
        algorithm = try container.decode(AlgorithmChoice.self, forKey: .algorithm)
        algorithmTable =
            try container.decodeIfPresent(AlgorithmTable.self, forKey: .algorithmTable) ?? AlgorithmTable()
        precision = try container.decodeIfPresent(Precision.self, forKey: .precision) ?? .float32
        scaling = try container.decode(PixelScaling.self, forKey: .scaling)
    }
}
