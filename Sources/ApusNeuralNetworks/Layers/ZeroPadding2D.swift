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
        self.top = top
        self.bottom = bottom
        self.left = left
        self.right = right
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            [top, bottom, left, right].allSatisfy((0...Shape.largestExtent).contains),
            "ZeroPadding2D: [\(top), \(bottom), \(left), \(right)] (top, bottom, left, right), expected none negative and none "
                + "over \(Shape.largestExtent)")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == 3, "ZeroPadding2D: input has shape \(input), expected [height, width, channels]")
            ?? unless(
                Shape(exactly: [input[0] + top + bottom, input[1] + left + right, input[2]]) != nil,
                "ZeroPadding2D: input \(input) with its margins is too large")
    }

    /// `[height + top + bottom, width + left + right, channels]`.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
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
