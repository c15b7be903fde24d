import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Images `[height, width, channels]` with zeros around them.
public struct ZeroPadding2D: Layer {
    /// Automatic names begin with "zeropadding".
    public static let kind = "zeropadding"
    /// The name given by the user, if any.
    public let name: String?
    /// Rows added above.
    public let top: Int
    /// Rows added below.
    public let bottom: Int
    /// Columns added on the left.
    public let left: Int
    /// Columns added on the right.
    public let right: Int

    /// A layer that adds `width` rows and columns on each side.
    public init(_ width: Int = 1, name: String? = nil) {
        self.init(top: width, bottom: width, left: width, right: width, name: name)
    }

    /// A layer that adds so many rows and columns on each side.
    public init(top: Int, bottom: Int, left: Int, right: Int, name: String? = nil) {
        require(
            min(top, bottom, left, right) >= 0,
            "ZeroPadding2D: [\(top), \(bottom), \(left), \(right)] (top, bottom, left, right), expected none negative")
        self.top = top
        self.bottom = bottom
        self.left = left
        self.right = right
        self.name = name
    }

    /// `[height + top + bottom, width + left + right, channels]`.
    public func outputShape(for input: Shape) -> Shape {
        require(input.rank == 3, "ZeroPadding2D: input has shape \(input), expected [height, width, channels]")
        return [input[0] + top + bottom, input[1] + left + right, input[2]]
    }

    /// Adds the copy.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        let frame = ImageFrame(
            inner: Size2D(height: input.shape[0], width: input.shape[1]),
            outer: Size2D(height: output.shape[0], width: output.shape[1]), top: top, left: left,
            channels: input.shape[2])
        builder.add(FrameStep<Scalar>(frame: frame, pads: true, input: input, output: output))
        return output
    }
}
