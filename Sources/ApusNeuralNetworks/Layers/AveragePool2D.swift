import ApusBLAS
import ApusKernels

/// Mean over windows of images `[height, width, channels]`, channel by channel; what padding adds is not counted.
public struct AveragePool2D: Pooling2D {
    /// Automatic names begin with "averagepool".
    public static let kind = "averagepool"
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

    /// Adds the pooling.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        builder.add(
            AveragePoolingStep<Scalar>(geometry: geometry(for: input.shape), input: input, output: output))
        return output
    }
}
