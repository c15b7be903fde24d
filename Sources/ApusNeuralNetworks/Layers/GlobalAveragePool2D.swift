import ApusBLAS
import ApusParallel
import ApusTensors

/// Mean of each channel over the whole image: `[height, width, channels]` becomes `[channels]`.
public struct GlobalAveragePool2D: Layer {
    /// Automatic names begin with "globalpool".
    public static let kind = "globalpool"
    /// The name given by the user, if any.
    public let name: String?

    /// A layer that averages over all pixels.
    public init(name: String? = nil) { self.name = name }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == 3, "GlobalAveragePool2D: input has shape \(input), expected [height, width, channels]")
    }

    /// `[channels]`, for an input `[height, width, channels]`.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return [input[2]]
    }

    /// Adds the pooling.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        builder.add(GlobalAveragePoolingStep<Scalar>(input: input, output: output))
        return output
    }
}
