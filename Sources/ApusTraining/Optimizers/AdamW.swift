import ApusKernels
import ApusParallel
import Foundation

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv 1711.05101), in PyTorch's form, with ε beside the
/// corrected √v:
///
///     p ← (1 − learningRate · weightDecay) · p
///     m ← m + (1 − β₁)(g − m)
///     v ← v + (1 − β₂)(g² − v)
///     p ← p − learningRate · m̂ / (√v̂ + ε)        m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
public struct AdamW: ElementwiseOptimizer {
    /// The step length.
    public var learningRate: Double
    /// Decay of the mean of gradients.
    public var beta1: Double
    /// Decay of the mean of squared gradients.
    public var beta2: Double
    /// Keeps the quotient finite.
    public var epsilon: Double
    /// Share of a weight that is lost in a step of rate 1.
    public var weightDecay: Double

    /// AdamW with PyTorch's defaults.
    public init(
        learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
        weightDecay: Double = 0.01
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0..<1).contains(beta1), "AdamW: beta1 is \(beta1), expected 0 ≤ beta1 < 1")
            ?? unless((0..<1).contains(beta2), "AdamW: beta2 is \(beta2), expected 0 ≤ beta2 < 1")
            ?? unless(weightDecay >= 0, "AdamW: weight decay is \(weightDecay), expected at least 0")
    }

    /// Names of the state buffers.
    public var stateNames: [String] { ["first_moment", "second_moment"] }

    /// Moves one shard of parameters and its two moments.
    public func update(_ shard: OptimizerShard) {
        let (step, rate) = (Double(shard.step), learningRate * shard.rateFactor)
        // m̂ / (√v̂ + ε) is the same as c · m / (√v + ε √(1 − β₂ᵗ)) with c = √(1 − β₂ᵗ) / (1 − β₁ᵗ).
        let correction = (1 - pow(beta2, step)).squareRoot()
        let update = AdamUpdate(
            rate: rate * correction / (1 - pow(beta1, step)), firstShare: 1 - beta1, secondShare: 1 - beta2,
            epsilon: epsilon * correction, kept: 1 - rate * weightDecay)
        update.apply(
            count: shard.count, parameters: shard.parameterPointer + shard.offset,
            gradients: shard.gradientPointer + shard.offset, firstMoments: shard.statePointer(0),
            secondMoments: shard.statePointer(1))
    }
}
