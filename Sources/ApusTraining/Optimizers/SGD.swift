import ApusParallel

/// Stochastic gradient descent, with momentum in either of two forms that agree as long as the learning rate stays the same:
///
///     v ← momentum · v − learningRate · g        Keras; Sutskever et al. 2013
///     p ← p + v                                  plain
///     p ← p + momentum · v − learningRate · g    Nesterov
///
///     v ← momentum · v + g                       PyTorch
///     p ← p − learningRate · v                   plain
///     p ← p − learningRate · (g + momentum · v)  Nesterov
///
/// Where the rate falls, Keras's form still takes the longer steps of before and PyTorch's does not.
public struct SGD: ElementwiseOptimizer {
    /// Where the learning rate stands in the momentum.
    public enum MomentumForm: String, Sendable, Codable, CaseIterable {
        /// Momentum of steps: each keeps the rate it was taken with.
        case keras
        /// Momentum of gradients, which are all taken with the rate of the current step.
        case pyTorch
    }

    /// The step length.
    public var learningRate: Double
    /// Share of the last step that is taken again, in `0..<1`.
    public var momentum: Double
    /// Whether the gradient counts as taken where the momentum will lead.
    public var nesterov: Bool
    /// Where the learning rate stands in the momentum.
    public var momentumForm: MomentumForm
    /// Pull towards zero: what of a weight is added to its gradient, or taken from it in a step of rate 1.
    public var weightDecay: Double
    /// Whether ``weightDecay`` bypasses the momentum, `p ← (1 − learningRate · weightDecay) · p` before the step (Loshchilov
    /// and Hutter 2019, arXiv 1711.05101), or is part of the gradient, `g + weightDecay · p`, as in PyTorch.
    public var decouplesDecay: Bool

    /// Descent with Keras's defaults.
    public init(
        learningRate: Double = 0.01, momentum: Double = 0, nesterov: Bool = false, momentumForm: MomentumForm = .keras,
        weightDecay: Double = 0, decouplesDecay: Bool = false
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.momentumForm = momentumForm
        self.weightDecay = weightDecay
        self.decouplesDecay = decouplesDecay
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0..<1).contains(momentum), "SGD: momentum is \(momentum), expected 0 ≤ momentum < 1")
            ?? unless(weightDecay >= 0, "SGD: weight decay is \(weightDecay), expected at least 0")
    }

    /// Reads an optimizer; files of before there was a choice have Keras's form and no decay.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        learningRate = try container.decode(Double.self, forKey: .learningRate)
        momentum = try container.decode(Double.self, forKey: .momentum)
        nesterov = try container.decode(Bool.self, forKey: .nesterov)
        momentumForm = try container.decodeIfPresent(MomentumForm.self, forKey: .momentumForm) ?? .keras
        weightDecay = try container.decodeIfPresent(Double.self, forKey: .weightDecay) ?? 0
        decouplesDecay = try container.decodeIfPresent(Bool.self, forKey: .decouplesDecay) ?? false
    }

    /// Names of the state buffers.
    public var stateNames: [String] { momentum > 0 ? ["momentum"] : [] }

    /// All of them where nothing is left of the rate, unless the momentum keeps steps of before.
    public func resting(
        among parameters: [String], from position: SchedulePosition, rateIsZero: Bool
    ) -> [String] {
        rateIsZero && (momentum == 0 || momentumForm == .pyTorch) ? parameters : []
    }

    /// Moves one shard of parameters and its momentum.
    public func update(_ shard: OptimizerShard) {
        let wholeRate = learningRate * shard.rateFactor
        let rate = Float(wholeRate)
        let kept = decouplesDecay ? Float(1 - wholeRate * weightDecay) : 1
        let pull = decouplesDecay ? 0 : Float(weightDecay)
        let parameters = shard.parameterPointer + shard.offset
        let gradients = shard.gradientPointer + shard.offset
        let count = shard.count
        guard momentum > 0 else {
            for index in 0..<count {
                let parameter = parameters[index]
                parameters[index] = kept * parameter - rate * (gradients[index] + pull * parameter)
            }
            return
        }
        let velocities = shard.statePointer(0)
        let momentum = Float(momentum)
        // Nesterov's step is the gradient's and the momentum's once more, the plain one the momentum alone.
        let (ofGradient, ofVelocity): (Float, Float) = nesterov ? (1, momentum) : (0, 1)
        switch momentumForm {
        case .keras:
            for index in 0..<count {
                let parameter = parameters[index]
                let step = -rate * (gradients[index] + pull * parameter)
                let velocity = momentum * velocities[index] + step
                velocities[index] = velocity
                parameters[index] = kept * parameter + (ofVelocity * velocity + ofGradient * step)
            }
        case .pyTorch:
            for index in 0..<count {
                let parameter = parameters[index]
                let gradient = gradients[index] + pull * parameter
                let velocity = momentum * velocities[index] + gradient
                velocities[index] = velocity
                parameters[index] = kept * parameter - rate * (ofVelocity * velocity + ofGradient * gradient)
            }
        }
    }
}
