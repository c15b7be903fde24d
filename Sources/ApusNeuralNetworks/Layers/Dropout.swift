import ApusBLAS
import ApusParallel
import ApusTensors

/// Inverted dropout (Srivastava et al. 2014, scaled as in Keras): in training each element is zero with probability
/// `rate` and divided by `1 − rate` otherwise; in inference nothing happens.
///
/// Which elements are dropped is a function of the seed, the training step, the layer's place and the element's index.
public struct Dropout: Layer {
    /// Automatic names begin with "dropout".
    public static let kind = "dropout"
    /// The name given by the user, if any.
    public let name: String?
    /// Probability with which an element is dropped, in `0..<1`.
    public let rate: Double

    /// A layer that drops a share `rate` of its input.
    public init(_ rate: Double, name: String? = nil) {
        self.rate = rate
        self.name = name
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0..<1).contains(rate), "Dropout: rate is \(rate), expected 0 ≤ rate < 1")
    }

    /// The input's shape.
    public func outputShape(for input: Shape) -> Shape { input }

    /// Adds the mask in a training plan, nothing in an inference plan.
    public func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        if !builder.isTraining || rate == 0 { return input }
        let output = builder.valueOverwriting(input)
        builder.add(DropoutStep<Scalar>(rate: rate, input: input, output: output))
        return output
    }
}
