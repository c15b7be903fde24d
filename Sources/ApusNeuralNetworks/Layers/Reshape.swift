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
        self.extents = extents
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            extents.allSatisfy { $0 >= 1 || $0 == -1 } && extents.count(where: { $0 == -1 }) <= 1,
            "Reshape: the shape is \(extents), expected extents of at least 1, and -1 at most once")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(
            shape(for: input)?.count == input.count,
            "Reshape: input \(input) has \(input.count) elements, which do not fit \(extents)")
    }

    private func shape(for input: Shape) -> Shape? {
        guard let known = Shape(exactly: extents.filter { $0 != -1 }) else { return nil }
        return Shape(exactly: extents.map { $0 == -1 ? input.count / known.count : $0 })
    }

    /// The shape asked for.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return shape(for: input) ?? input
    }

    /// Adds no step: the memory is seen under another shape.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        builder.reshaped(input, to: outputShape(for: input.shape))
    }
}
