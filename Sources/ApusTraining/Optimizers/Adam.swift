import ApusKernels
import ApusParallel
import Foundation

/// Adam (Kingma and Ba 2015, arXiv 1412.6980), in the form of its section 2 that Keras uses, with ε beside √v:
///
///     m ← m + (1 − β₁)(g − m)
///     v ← v + (1 − β₂)(g² − v)
///     p ← p − learningRate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)
public struct Adam: ElementwiseOptimizer {
    /// The step length.
    public var learningRate: Double
    /// Decay of the mean of gradients.
    public var beta1: Double
    /// Decay of the mean of squared gradients.
    public var beta2: Double
    /// Keeps the quotient finite.
    public var epsilon: Double

    /// Adam with Keras's defaults.
    public init(learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-7) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0..<1).contains(beta1), "Adam: beta1 is \(beta1), expected 0 ≤ beta1 < 1")
            ?? unless((0..<1).contains(beta2), "Adam: beta2 is \(beta2), expected 0 ≤ beta2 < 1")
    }

    /// Names of the state buffers.
    public var stateNames: [String] { ["first_moment", "second_moment"] }

    /// Moves one shard of parameters and its two moments.
    public func update(_ shard: OptimizerShard) {
        let step = Double(shard.step)
        let update = AdamUpdate(
            rate: learningRate * shard.rateFactor * (1 - pow(beta2, step)).squareRoot() / (1 - pow(beta1, step)),
            firstShare: 1 - beta1,
            secondShare: 1 - beta2, epsilon: epsilon)
        update.apply(
            count: shard.count, parameters: shard.parameterPointer + shard.offset,
            gradients: shard.gradientPointer + shard.offset, firstMoments: shard.statePointer(0),
            secondMoments: shard.statePointer(1))
    }
}
