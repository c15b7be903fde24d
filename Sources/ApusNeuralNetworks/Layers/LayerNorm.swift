import ApusBLAS
import ApusParallel
import ApusTensors

/// Layer normalization (Ba, Kiros and Hinton 2016) over the last axis of an input of any shape, position by position:
///
///     y = scale · (x − mean) / √(variance + epsilon) + bias
///
/// The variance is biased. Parameters: `scale` and `bias`, `[channels]`, where they are asked for.
public struct LayerNorm: Layer {
    /// Automatic names begin with "layernorm".
    public static let kind = "layernorm"
    /// The name given by the user, if any.
    public let name: String?
    /// Whether a scale is learnt.
    public let usesScale: Bool
    /// Whether a bias is learnt.
    public let usesBias: Bool
    /// Added to variances.
    public let epsilon: Double

    /// A layer normalization with Keras's defaults.
    public init(scale: Bool = true, bias: Bool = true, epsilon: Double = 1e-3, name: String? = nil) {
        self.usesScale = scale
        self.usesBias = bias
        self.epsilon = epsilon
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? { unless(epsilon > 0, "LayerNorm: epsilon is \(epsilon), expected over 0") }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank >= 1, "LayerNorm: input has shape \(input), expected at least one axis")
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
        let output = builder.isTraining ? builder.value(input.shape) : builder.valueOverwriting(input)
        builder.add(
            LayerNormStep<Scalar>(
                epsilon: epsilon, batchSize: builder.batchSize, input: input, output: output,
                scale: usesScale ? builder.parameter("scale") : nil,
                bias: usesBias ? builder.parameter("bias") : nil))
        return output
    }
}
