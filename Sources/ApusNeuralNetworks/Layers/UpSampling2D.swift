import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// Images `[height, width, channels]` with each side `factor` times as long.
public struct UpSampling2D: Layer {
    /// How pixels between those of the input are found.
    public enum Interpolation: String, Sendable, Codable, CaseIterable {
        /// Each pixel is repeated.
        case nearest
        /// Linear between the centres of pixels in both directions, edges repeated, as in Keras.
        case bilinear
    }

    /// Automatic names begin with "upsampling".
    public static let kind = "upsampling"
    /// The name given by the user, if any.
    public let name: String?
    /// Output pixels for each input pixel, down and across.
    public let factor: Size2D
    /// How pixels between are found.
    public let interpolation: Interpolation

    /// A layer that repeats pixels, unless `interpolation` says otherwise.
    public init(_ factor: Size2D = 2, interpolation: Interpolation = .nearest, name: String? = nil) {
        self.factor = factor
        self.interpolation = interpolation
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(min(factor.height, factor.width) >= 1, "UpSampling2D: factor is \(factor), expected at least 1×1")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank == 3, "UpSampling2D: input has shape \(input), expected [height, width, channels]")
            ?? unless(
                Shape(exactly: Array(input) + [factor.height, factor.width]) != nil,
                "UpSampling2D: \(factor) times input \(input) is too large")
    }

    /// `[height · factor, width · factor, channels]`.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return [input[0] * factor.height, input[1] * factor.width, input[2]]
    }

    /// Adds the interpolation.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        let output = builder.value(outputShape(for: input.shape))
        let upSampling = UpSampling(
            input: Size2D(height: input.shape[0], width: input.shape[1]), channels: input.shape[2], factor: factor,
            method: interpolation == .nearest ? .nearest : .bilinear)
        builder.add(UpSamplingStep<Scalar>(upSampling: upSampling, input: input, output: output))
        return output
    }
}
