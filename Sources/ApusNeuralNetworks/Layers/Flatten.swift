import ApusBLAS
import ApusTensors

/// A sample of any shape as a vector, in row-major order: `[height, width, channels]` becomes
/// `[height · width · channels]`. Costs nothing.
public struct Flatten: Layer {
    public static let kind = "flatten"
    public let name: String?

    /// A layer that flattens.
    public init(name: String? = nil) { self.name = name }

    public func outputShape(for input: Shape) -> Shape { [input.count] }

    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        builder.reshaped(input, to: outputShape(for: input.shape))
    }
}
