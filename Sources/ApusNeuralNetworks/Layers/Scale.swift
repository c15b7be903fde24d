import ApusBLAS
import ApusTensors

/// A product with a constant, as the 1/9 before many a softmax, or with a learnt factor for each channel, the last
/// axis.
///
/// Parameters: `scale` `[channels]`, where it is learnt.
public struct Scale: Layer {
    /// Automatic names begin with "scale".
    public static let kind = "scale"
    /// The name given by the user, if any.
    public let name: String?
    /// The constant, or what learnt factors begin with.
    public let factor: Double
    /// Whether each channel has a factor that is learnt.
    public let isLearnt: Bool

    /// A layer that multiplies by `factor`.
    public init(_ factor: Double, name: String? = nil) {
        self.factor = factor
        isLearnt = false
        self.name = name
    }

    /// A layer that multiplies each channel by a learnt factor, which begins with `factor`.
    public init(learntFrom factor: Double, name: String? = nil) {
        self.factor = factor
        isLearnt = true
        self.name = name
    }

    /// The input's shape.
    public func outputShape(for input: Shape) -> Shape { input }

    /// `scale`, where it is learnt.
    public func parameters(for input: Shape) -> [ParameterDeclaration] {
        let channels = input.rank == 0 ? 1 : input[input.rank - 1]
        return isLearnt
            ? [ParameterDeclaration("scale", shape: [channels], initializer: .constant(factor))] : []
    }

    /// Adds the product.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        if isLearnt {
            let output = builder.isTraining ? builder.value(input.shape) : builder.valueOverwriting(input)
            builder.add(
                ChannelScaleStep<Scalar>(
                    input: input, output: output, factors: builder.parameter("scale"), batchSize: builder.batchSize))
            return output
        }
        let output = builder.valueOverwriting(input)
        builder.add(FactorStep<Scalar>(factor: factor, input: input, output: output))
        return output
    }
}
