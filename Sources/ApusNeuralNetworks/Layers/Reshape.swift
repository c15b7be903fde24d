import ApusBLAS
import ApusParallel
import ApusTensors

/// A sample under another shape of as many elements, in row-major order. Costs nothing.
public struct Reshape: Layer {
    /// Automatic names begin with "reshape".
    public static let kind = "reshape"
    /// The name given by the user, if any.
    public let name: String?
    /// The extents of the output; one may be −1, which stands for what is left.
    public let extents: [Int]

    /// A layer that gives samples the shape `extents`.
    public init(_ extents: [Int], name: String? = nil) {
        require(
            extents.allSatisfy { $0 >= 1 || $0 == -1 } && extents.count(where: { $0 == -1 }) <= 1,
            "Reshape: the shape is \(extents), expected extents of at least 1, and -1 at most once")
        self.extents = extents
        self.name = name
    }

    /// The shape asked for.
    public func outputShape(for input: Shape) -> Shape {
        let known = extents.filter { $0 != -1 }.reduce(1, *)
        let output = Shape(extents.map { $0 == -1 ? input.count / known : $0 })
        require(
            output.count == input.count,
            "Reshape: input \(input) has \(input.count) elements, which do not fit \(extents)")
        return output
    }

    /// Adds no step: the memory is seen under another shape.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        builder.reshaped(input, to: outputShape(for: input.shape))
    }
}
