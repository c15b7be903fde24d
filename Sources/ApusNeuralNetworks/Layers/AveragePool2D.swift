import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Mean over windows of images `[height, width, channels]`, channel by channel; what padding adds is not counted.
public struct AveragePool2D: Layer {
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

    /// The pooling's geometry for an input `[height, width, channels]`.
    public func geometry(for input: Shape) -> PoolingGeometry {
        require(input.rank == 3, "AveragePool2D: input has shape \(input), expected [height, width, channels]")
        return PoolingGeometry(
            input: Size2D(height: input[0], width: input[1]), channels: input[2], window: window, stride: stride,
            padding: padding)
    }

    /// `[output height, output width, channels]`, as the geometry says.
    public func outputShape(for input: Shape) -> Shape {
        let output = geometry(for: input).output
        return [output.height, output.width, input[2]]
    }

    /// Adds the pooling.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        builder.add(
            AveragePoolingStep<Scalar>(geometry: geometry(for: input.shape), input: input, output: output))
        return output
    }
}
