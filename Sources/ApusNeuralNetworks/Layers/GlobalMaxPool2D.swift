import ApusBLAS
import ApusParallel
import ApusTensors

/// Maximum of each channel over the whole image: `[height, width, channels]` becomes `[channels]`.
public struct GlobalMaxPool2D: Layer {
    /// Automatic names begin with "globalmaxpool".
    public static let kind = "globalmaxpool"
    /// The name given by the user, if any.
    public let name: String?

    /// A layer that finds the maximum of all pixels.
    public init(name: String? = nil) { self.name = name }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == 3, "GlobalMaxPool2D: input has shape \(input), expected [height, width, channels]")
    }

    /// `[channels]`, for an input `[height, width, channels]`.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return [input[2]]
    }

    /// Adds the pooling, with memory for the place of each maximum in a training plan.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        let bytes = output.shape.count * MemoryLayout<Int32>.stride
        builder.add(
            GlobalMaxPoolingStep<Scalar>(
                input: input, output: output, argmax: builder.isTraining ? builder.memory(bytesPerSample: bytes) : nil))
        return output
    }
}
