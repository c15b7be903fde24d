import ApusBLAS
import ApusKernels

/// Maximum over windows of images `[height, width, channels]`, channel by channel.
public struct MaxPool2D: Pooling2D {
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

    /// Adds the pooling, with memory for the place of each maximum in a training plan.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let geometry = geometry(for: input.shape)
        let shape = outputShape(for: input.shape)
        if let output = builder.absorb(.maxPooling(geometry), of: input, shape: shape) { return output }
        let output = builder.value(shape)
        let argmaxBytes = output.shape.count * MemoryLayout<Int32>.stride
        builder.add(
            MaxPoolingStep<Scalar>(
                geometry: geometry, input: input, output: output,
                argmax: builder.isTraining ? builder.memory(bytesPerSample: argmaxBytes) : nil))
        return output
    }
}
