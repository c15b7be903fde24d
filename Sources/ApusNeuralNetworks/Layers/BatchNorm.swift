import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Batch normalization (Ioffe and Szegedy 2015) of each channel, the last axis of an input of any shape:
///
///     y = scale · (x − mean) / √(variance + epsilon) + bias
///
/// In training mean and (biased) variance are those of the batch, or of each ghost batch of `ghostSize` samples in the
/// batch's order (Hoffer et al. 2017), of which the last may be smaller. In inference they are running means, which
/// each training step moves:
///
///     running = momentum · running + (1 − momentum) · batch
///
/// (Keras's convention; PyTorch's momentum is one less this.) With ghost batches `batch` is their mean, weighted by
/// samples. The running variance is the mean of biased ones as in Keras, or of unbiased ones as in PyTorch.
///
/// Where scale and bias are frozen, training goes by the running statistics too and leaves them alone.
///
/// Parameters: `scale` `[channels]` and `bias` `[channels]`, where they are asked for, and `mean` and `variance`
/// `[channels]`, which are not trainable. Without `scale` the scale is 1.
public struct BatchNorm: Layer {
    /// Automatic names begin with "batchnorm".
    public static let kind = "batchnorm"
    /// The name given by the user, if any.
    public let name: String?
    /// Whether a scale is learnt.
    public let usesScale: Bool
    /// Whether a bias is learnt.
    public let usesBias: Bool
    /// Share of the running statistics that a step leaves, 0 to 1.
    public let momentum: Double
    /// Added to variances.
    public let epsilon: Double
    /// Samples of a ghost batch; `nil` for the whole batch.
    public let ghostSize: Int?
    /// Whether the running variance is that of unbiased ones, as in PyTorch.
    public let usesUnbiasedVariance: Bool

    /// A batch normalization with Keras's defaults.
    public init(
        scale: Bool = true, bias: Bool = true, momentum: Double = 0.99, epsilon: Double = 1e-3, ghostSize: Int? = nil,
        unbiasedVariance: Bool = false, name: String? = nil
    ) {
        self.usesScale = scale
        self.usesBias = bias
        self.momentum = momentum
        self.epsilon = epsilon
        self.ghostSize = ghostSize
        self.usesUnbiasedVariance = unbiasedVariance
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0...1).contains(momentum), "BatchNorm: momentum is \(momentum), expected 0 to 1")
            ?? unless(epsilon > 0, "BatchNorm: epsilon is \(epsilon), expected over 0")
            ?? unless((ghostSize ?? 1) >= 1, "BatchNorm: ghost size is \(ghostSize ?? 0), expected at least 1")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank >= 1, "BatchNorm: input has shape \(input), expected at least one axis, the channels")
    }

    /// The input's shape.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return input
    }

    /// `scale` and `bias`, where they are asked for, `mean` and `variance`.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        let shape: Shape = [outputShape(for: input)[input.rank - 1]]
        let learnt = [
            usesScale ? ParameterDeclaration("scale", shape: shape, initializer: .ones) : nil,
            usesBias ? ParameterDeclaration("bias", shape: shape, initializer: .zeros) : nil,
        ]
        return learnt.compactMap(\.self) + [
            ParameterDeclaration("mean", shape: shape, initializer: .zeros, isTrainable: false),
            ParameterDeclaration("variance", shape: shape, initializer: .ones, isTrainable: false),
        ]
    }

    /// Adds the normalization, which takes on a ReLU, GELU or SiLU that follows it.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let channels = input.shape[input.shape.rank - 1]
        let usesBatch = builder.isTraining && !((usesScale || usesBias) && builder.layerIsFrozen)
        let normalization = ChannelNormalization(
            positions: input.shape.count / channels, channels: channels, groups: channels,
            blockSamples: usesBatch ? ghostSize : nil, epsilon: epsilon)
        let output = builder.isTraining ? builder.value(input.shape) : builder.valueOverwriting(input)
        builder.add(
            BatchNormStep<Scalar>(
                normalization: normalization, input: input, output: output,
                scale: usesScale ? builder.parameter("scale") : nil, bias: usesBias ? builder.parameter("bias") : nil,
                runningMean: builder.parameter("mean"), runningVariance: builder.parameter("variance"),
                statistics: usesBatch
                    ? builder.memory(doubles: normalization.statisticsCount(samples: builder.batchSize)) : nil,
                settings: .init(
                    momentum: momentum, isUnbiased: usesUnbiasedVariance, batchSize: builder.batchSize)))
        return output
    }
}
