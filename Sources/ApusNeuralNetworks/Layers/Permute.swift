import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// The axes of a sample in another order: axis i of the output is axis `order[i]` of the input. Axes count from 0
/// without the batch axis (Keras counts them from 1): `Permute([2, 0, 1])` makes `[channels, height, width]` of an
/// image.
public struct Permute: Layer {
    /// Automatic names begin with "permute".
    public static let kind = "permute"
    /// The name given by the user, if any.
    public let name: String?
    /// Each axis of the input once.
    public let order: [Int]

    /// A layer that puts axes into `order`.
    public init(_ order: [Int], name: String? = nil) {
        self.order = order
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            order.sorted() == Array(0..<order.count),
            "Permute: the order is \(order), expected each of 0..<\(order.count) once")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == order.count, "Permute: the order \(order) does not fit input \(input)")
    }

    /// The input's extents in the new order.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return Shape(order.map { input[$0] })
    }

    /// Adds the permutation.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        builder.add(
            PermutationStep<Scalar>(
                permutation: AxisPermutation(input.shape, order: order), input: input, output: output))
        return output
    }
}
