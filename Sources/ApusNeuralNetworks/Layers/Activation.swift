import ApusBLAS
import ApusTensors

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
