import ApusParallel

/// RMSprop (Hinton 2012, Coursera lecture 6e), in Keras's form, with ε under the root:
///
///     v ← decay · v + (1 − decay) · g²
///     s ← learningRate · g / √(v + ε)            centered: √(v − mean(g)² + ε), mean(g) decaying as v
///     p ← p − s                                  with momentum: m ← momentum · m + s, p ← p − m
public struct RMSprop: ElementwiseOptimizer {
    /// The step length.
    public var learningRate: Double
    /// Decay of the mean of squared gradients.
    public var decay: Double
    /// Share of the last step that is taken again, in `0..<1`.
    public var momentum: Double
    /// Keeps the quotient finite.
    public var epsilon: Double
    /// Whether gradients are divided by their deviation rather than by their root mean square.
    public var isCentered: Bool

    /// RMSprop with Keras's defaults.
    public init(
        learningRate: Double = 1e-3, decay: Double = 0.9, momentum: Double = 0, epsilon: Double = 1e-7,
        isCentered: Bool = false
    ) {
        self.learningRate = learningRate
        self.decay = decay
        self.momentum = momentum
        self.epsilon = epsilon
        self.isCentered = isCentered
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0..<1).contains(decay), "RMSprop: decay is \(decay), expected 0 ≤ decay < 1")
            ?? unless((0..<1).contains(momentum), "RMSprop: momentum is \(momentum), expected 0 ≤ momentum < 1")
    }

    /// Names of the state buffers.
    public var stateNames: [String] {
        ["mean_square"] + (isCentered ? ["mean"] : []) + (momentum > 0 ? ["momentum"] : [])
    }

    /// Moves one shard of parameters and its state.
    public func update(_ shard: OptimizerShard) {
        let (rate, decay, epsilon) = (Float(learningRate * shard.rateFactor), Float(decay), Float(epsilon))
        let share = Float(1 - self.decay)
        let parameters = shard.parameterPointer + shard.offset
        let gradients = shard.gradientPointer + shard.offset
        let squares = shard.statePointer(0)
        let means = isCentered ? shard.statePointer(1) : nil
        let momenta = momentum > 0 ? shard.statePointer(isCentered ? 2 : 1) : nil
        let momentum = Float(momentum)
        for index in 0..<shard.count {
            let gradient = gradients[index]
            let square = decay * squares[index] + share * gradient * gradient
            squares[index] = square
            var spread = square
            if let means {
                let mean = decay * means[index] + share * gradient
                means[index] = mean
                spread -= mean * mean
            }
            var step = rate * gradient / (spread + epsilon).squareRoot()
            if let momenta {
                step += momentum * momenta[index]
                momenta[index] = step
            }
            parameters[index] -= step
        }
    }
}
