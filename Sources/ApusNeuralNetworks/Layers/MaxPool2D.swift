import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Maximum over windows of images `[height, width, channels]`, channel by channel.
public struct MaxPool2D: Layer {
    /// Automatic names begin with "pool".
    public static let kind = "pool"
    /// The name given by the user, if any.
    public let name: String?
    /// Extent of a window, in pixels.
    public let window: Size2D
    /// Step between neighbouring windows, in pixels.
    public let stride: Size2D
    /// What surrounds the image.
    public let padding: Padding

    /// A pooling whose windows do not overlap, unless `stride` says so.
    public init(_ window: Size2D, stride: Size2D? = nil, padding: Padding = .valid, name: String? = nil) {
        self.window = window
        self.stride = stride ?? window
        self.padding = padding
        self.name = name
    }

    /// The pooling's geometry for an input `[height, width, channels]`.
    public func geometry(for input: Shape) -> PoolingGeometry {
        require(input.rank == 3, "MaxPool2D: input has shape \(input), expected [height, width, channels]")
        return PoolingGeometry(
            input: Size2D(height: input[0], width: input[1]), channels: input[2], window: window, stride: stride,
            padding: padding)
    }

    /// `[output height, output width, channels]`, as the geometry says.
    public func outputShape(for input: Shape) -> Shape {
        let output = geometry(for: input).output
        return [output.height, output.width, input[2]]
    }

    /// Adds the pooling, with memory for the place of each maximum in a training plan.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        let argmaxBytes = output.shape.count * MemoryLayout<Int32>.stride
        builder.add(
            MaxPoolingStep<Scalar>(
                geometry: geometry(for: input.shape), input: input, output: output,
                argmax: builder.isTraining ? builder.memory(bytesPerSample: argmaxBytes) : nil))
        return output
    }
}
