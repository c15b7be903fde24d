import ApusKernels
import ApusParallel
import ApusTensors

/// What poolings over windows of images `[height, width, channels]` have in common.
public protocol Pooling2D: Layer {
    /// Extent of a window, in pixels.
    var window: Size2D { get }
    /// Step between neighbouring windows, in pixels.
    var stride: Size2D { get }
    /// What surrounds the image.
    var padding: Padding { get }
}

extension Pooling2D {
    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == 3, "\(Self.self): input has shape \(input), expected [height, width, channels]")
            ?? PoolingGeometry.mistake(
                input: Size2D(height: input[0], width: input[1]), channels: input[2], window: window, stride: stride,
                padding: padding)
    }

    /// The pooling's geometry for an input `[height, width, channels]`.
    public func geometry(for input: Shape) -> PoolingGeometry {
        requireFit(input)
        return PoolingGeometry(
            input: Size2D(height: input[0], width: input[1]), channels: input[2], window: window, stride: stride,
            padding: padding)
    }

    /// `[output height, output width, channels]`, as the geometry says.
    public func outputShape(for input: Shape) -> Shape {
        let output = geometry(for: input).output
        return [output.height, output.width, input[2]]
    }
}
