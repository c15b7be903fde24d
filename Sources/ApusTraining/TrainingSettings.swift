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
    /// How a pixel's byte becomes an input.
    public var scaling: PixelScaling

    /// Settings with Keras's defaults.
    public init(
        batchSize: Int = 32, seed: UInt64 = 1, algorithm: AlgorithmChoice = .auto, scaling: PixelScaling = .unit
    ) {
        self.batchSize = batchSize
        self.seed = seed
        self.algorithm = algorithm
        self.scaling = scaling
    }
}
