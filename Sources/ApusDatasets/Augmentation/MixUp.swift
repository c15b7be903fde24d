import ApusTensors

/// Blends an image with another of its batch (Zhang et al., "mixup: Beyond empirical risk minimization", 2018):
///
///     x = λ·a + (1 − λ)·b,  target = λ·onehot(class of a) + (1 − λ)·onehot(class of b),  λ ~ Beta(alpha, alpha)
///
/// on scaled pixels, after all other operations. Every image has a λ of its own. The partner of the image at position i
/// of a batch of n is at (i + r) mod n, with one r from 1 to n − 1 for the batch; an image alone in its batch stays as it
/// is.
public struct MixUp: AugmentationValue {
    static let name = "mixup"

    /// Parameter of the Beta distribution, over 0: the smaller, the nearer λ is to 0 or 1; 1 is uniform.
    public var alpha: Double
    /// How likely an image is blended at all, from 0 to 1.
    public var probability: Double

    /// Blends with shares of a distribution.
    public init(alpha: Double = 0.2, probability: Double = 1) {
        self.alpha = alpha
        self.probability = probability
    }

    var mistake: String? { mixingMistake(alpha, probability) }
    var arguments: [String] { ["\(alpha)"] + (probability == 1 ? [] : ["\(probability)"]) }

    /// λ of one image.
    func share(key: RandomKey) -> Double {
        key.uniform(0) < probability ? key.folding(0).symmetricBeta(alpha) : 1
    }
}

extension AugmentationValue {
    func mixingMistake(_ alpha: Double, _ probability: Double) -> String? {
        alpha > 0 && alpha <= 1000
            ? mistake("probability", probability) : "alpha is \(alpha), expected over 0 and up to 1000"
    }
}
