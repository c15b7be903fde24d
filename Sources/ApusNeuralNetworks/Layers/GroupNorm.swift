import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Group normalization (Wu and He 2018): channels, the last axis, are cut into `groups` groups of neighbours, and each
/// group of each sample is normalized over all its positions and channels:
///
///     y = scale · (x − mean) / √(variance + epsilon) + bias
///
/// The variance is biased. With as many groups as channels it is instance normalization. Parameters: `scale` and
/// `bias`, `[channels]`, where they are asked for.
public struct GroupNorm: Layer {
    /// Automatic names begin with "groupnorm".
    public static let kind = "groupnorm"
    /// The name given by the user, if any.
    public let name: String?
    /// Groups into which channels are cut.
    public let groups: Int
    /// Whether a scale is learnt.
    public let usesScale: Bool
    /// Whether a bias is learnt.
    public let usesBias: Bool
    /// Added to variances.
    public let epsilon: Double

    /// A group normalization with Keras's defaults.
    public init(
        groups: Int = 32, scale: Bool = true, bias: Bool = true, epsilon: Double = 1e-3, name: String? = nil
    ) {
        self.groups = groups
        self.usesScale = scale
        self.usesBias = bias
        self.epsilon = epsilon
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(groups >= 1, "GroupNorm: \(groups) groups, expected at least 1")
            ?? unless(epsilon > 0, "GroupNorm: epsilon is \(epsilon), expected over 0")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(
            input.rank >= 1 && input[input.rank - 1].isMultiple(of: groups),
            "GroupNorm: \(groups) groups do not divide the last axis of input \(input)")
    }

    /// The input's shape.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return input
    }

    /// `scale` and `bias`, where they are asked for.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        let shape: Shape = [outputShape(for: input)[input.rank - 1]]
        return [
            usesScale ? ParameterDeclaration("scale", shape: shape, initializer: .ones) : nil,
            usesBias ? ParameterDeclaration("bias", shape: shape, initializer: .zeros) : nil,
        ].compactMap(\.self)
    }

    /// Adds the normalization.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let channels = outputShape(for: input.shape)[input.shape.rank - 1]
        let normalization = ChannelNormalization(
            positions: input.shape.count / channels, channels: channels, groups: groups, blockSamples: 1,
            epsilon: epsilon)
        let output = builder.isTraining ? builder.value(input.shape) : builder.valueOverwriting(input)
        builder.add(
            GroupNormStep<Scalar>(
                normalization: normalization, batchSize: builder.batchSize, input: input, output: output,
                scale: usesScale ? builder.parameter("scale") : nil, bias: usesBias ? builder.parameter("bias") : nil,
                statistics: builder.memory(
                    doubles: normalization.statisticsCount(samples: builder.batchSize))))
        return output
    }
}
