import ApusParallel

/// Adagrad (Duchi, Hazan and Singer 2011), in Keras's form, with ε under the root:
///
///     v ← v + g²                                  from `initialSum`
///     p ← p − learningRate · g / √(v + ε)
public struct Adagrad: ElementwiseOptimizer {
    /// The step length.
    public var learningRate: Double
    /// What the sums of squared gradients begin with.
    public var initialSum: Double
    /// Keeps the quotient finite.
    public var epsilon: Double

    /// Adagrad with Keras's defaults.
    public init(learningRate: Double = 1e-3, initialSum: Double = 0.1, epsilon: Double = 1e-7) {
        self.learningRate = learningRate
        self.initialSum = initialSum
        self.epsilon = epsilon
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(initialSum >= 0, "Adagrad: initial sum is \(initialSum), expected at least 0")
    }

    /// Names of the state buffers.
    public var stateNames: [String] { ["sum_of_squares"] }

    /// Moves one shard of parameters and its sums, which lie in the state without their initial value.
    public func update(_ shard: OptimizerShard) {
        let rate = Float(learningRate * shard.rateFactor)
        let offset = Float(initialSum + epsilon)
        let parameters = shard.parameterPointer + shard.offset
        let gradients = shard.gradientPointer + shard.offset
        let sums = shard.statePointer(0)
        for index in 0..<shard.count {
            let gradient = gradients[index]
            let sum = sums[index] + gradient * gradient
            sums[index] = sum
            parameters[index] -= rate * gradient / (sum + offset).squareRoot()
        }
    }
}
