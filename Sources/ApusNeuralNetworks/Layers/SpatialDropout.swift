import ApusBLAS
import ApusParallel
import ApusTensors

/// Inverted dropout of whole channels, the last axis of an input of any shape (Tompson et al. 2015): in training each
/// channel of each sample is zero with probability `rate` and divided by `1 − rate` otherwise; in inference nothing
/// happens.
///
/// Which are dropped is a function of the seed, the training step, the layer's place, the sample's place in the batch
/// and the channel.
public struct SpatialDropout: Layer {
    /// Automatic names begin with "spatialdropout".
    public static let kind = "spatialdropout"
    /// The name given by the user, if any.
    public let name: String?
    /// Probability with which a channel is dropped, in `0..<1`.
    public let rate: Double

    /// A layer that drops a share `rate` of its input's channels.
    public init(_ rate: Double, name: String? = nil) {
        self.rate = rate
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0..<1).contains(rate), "SpatialDropout: rate is \(rate), expected 0 ≤ rate < 1")
    }

    /// Why the layer cannot take an input, if it cannot.
    public func mistake(for input: Shape) -> String? {
        unless(input.rank >= 1, "SpatialDropout: input has shape \(input), expected at least one axis, the channels")
    }

    /// The input's shape.
    public func outputShape(for input: Shape) -> Shape {
        requireFit(input)
        return input
    }

    /// Adds the mask in a training plan, nothing in an inference plan.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        if !builder.isTraining || rate == 0 { return input }
        let output = builder.valueOverwriting(input)
        builder.add(SpatialDropoutStep<Scalar>(rate: rate, input: input, output: output))
        return output
    }
}
