import ApusParallel

/// Stochastic gradient descent, with momentum as Keras and Sutskever et al. 2013 write it:
///
///     v ← momentum · v − learningRate · g
///     p ← p + v                                      plain
///     p ← p + momentum · v − learningRate · g        Nesterov
public struct SGD: ElementwiseOptimizer {
    /// The step length.
    public var learningRate: Double
    /// Share of the last step that is taken again, in `0..<1`.
    public var momentum: Double
    /// Whether the gradient counts as taken where the momentum will lead.
    public var nesterov: Bool

    /// Descent with Keras's defaults.
    public init(learningRate: Double = 0.01, momentum: Double = 0, nesterov: Bool = false) {
        require((0..<1).contains(momentum), "SGD: momentum is \(momentum), expected 0 ≤ momentum < 1")
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
    }

    /// Names of the state buffers.
    public var stateNames: [String] { momentum > 0 ? ["momentum"] : [] }

    /// Moves one shard of parameters and its momentum.
    public func update(_ shard: OptimizerShard) {
        let rate = Float(learningRate * shard.rateFactor)
        let parameters = shard.parameterPointer + shard.offset
        let gradients = shard.gradientPointer + shard.offset
        guard momentum > 0 else {
            for index in 0..<shard.count { parameters[index] -= rate * gradients[index] }
            return
        }
        let velocities = shard.statePointer(0)
        let momentum = Float(momentum)
        for index in 0..<shard.count {
            let step = -rate * gradients[index]
            let velocity = momentum * velocities[index] + step
            velocities[index] = velocity
            parameters[index] += nesterov ? momentum * velocity + step : velocity
        }
    }
}
