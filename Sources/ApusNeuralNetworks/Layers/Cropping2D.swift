import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Images `[height, width, channels]` without their margins.
public struct Cropping2D: Layer {
    /// Automatic names begin with "cropping".
    public static let kind = "cropping"
    /// The name given by the user, if any.
    public var name: String? { margins.name }
    /// Rows removed above.
    public var top: Int { margins.top }
    /// Rows removed below.
    public var bottom: Int { margins.bottom }
    /// Columns removed on the left.
    public var left: Int { margins.left }
    /// Columns removed on the right.
    public var right: Int { margins.right }

    private let margins: ImageMargins

    /// A layer that removes `width` rows and columns on each side.
    public init(_ width: Int, name: String? = nil) {
        self.init(top: width, bottom: width, left: width, right: width, name: name)
    }

    /// A layer that removes so many rows and columns on each side.
    public init(top: Int, bottom: Int, left: Int, right: Int, name: String? = nil) {
        margins = ImageMargins(name: name, top: top, bottom: bottom, left: left, right: right)
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? { margins.mistake(of: "Cropping2D") }

    /// Reads a layer.
    public init(from decoder: any Decoder) throws { margins = try ImageMargins(from: decoder) }

    /// Writes name and margins beside each other.
    public func encode(to encoder: any Encoder) throws { try margins.encode(to: encoder) }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(
            input.rank == 3 && input[0] > margins.height && input[1] > margins.width,
            "Cropping2D: \(margins) leave nothing of input "
                + "\(input), expected [height, width, channels] and smaller margins")
    }

    /// `[height − top − bottom, width − left − right, channels]`.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return [input[0] - margins.height, input[1] - margins.width, input[2]]
    }

    /// Adds the copy.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        let frame = margins.frame(inner: output.shape, outer: input.shape)
        builder.add(FrameStep<Scalar>(frame: frame, pads: false, input: input, output: output))
        return output
    }
}
