import ApusBLAS
import ApusTensors

/// A function applied to a layer's output.
public enum ActivationFunction: String, Sendable, Codable, CaseIterable {
    /// The identity.
    case linear
    /// max(0, x).
    case relu
    /// exp(xᵢ) / Σⱼ exp(xⱼ) over the last axis.
    case softmax

    func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        switch self {
        case .linear:
            return input
        case .relu:
            if let output = builder.absorb(.rectification, of: input, shape: input.shape) { return output }
            let output = builder.valueOverwriting(input)
            builder.add(RectifiedLinearStep<Scalar>(input: input, output: output))
            return output
        case .softmax:
            let output = builder.value(input.shape)
            builder.add(SoftmaxStep<Scalar>(input: input, output: output))
            return output
        }
    }
}

/// An activation function as a layer of its own, for inputs of any shape.
public struct Activation: Layer {
    /// Automatic names begin with "activation".
    public static let kind = "activation"
    /// The name given by the user, if any.
    public let name: String?
    /// The function.
    public let function: ActivationFunction

    /// A layer that applies `function`.
    public init(_ function: ActivationFunction, name: String? = nil) {
        self.function = function
        self.name = name
    }

    /// The input's shape.
    public func outputShape(for input: Shape) -> Shape { input }

    /// Adds the function's step, in place where nobody needs its input any more.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        function.lower(input, into: &builder)
    }
}
