import ApusBLAS
import ApusTensors

/// A sample of any shape as a vector, in row-major order: `[height, width, channels]` becomes
/// `[height · width · channels]`. Costs nothing.
public struct Flatten: Layer {
    /// Automatic names begin with "flatten".
    public static let kind = "flatten"
    /// The name given by the user, if any.
    public let name: String?

    /// A layer that flattens.
    public init(name: String? = nil) { self.name = name }

    /// `[elements]`.
    public func outputShape(for input: Shape) -> Shape { [input.count] }

    /// Adds no step: the memory is seen under another shape.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        builder.reshaped(input, to: outputShape(for: input.shape))
    }
}
