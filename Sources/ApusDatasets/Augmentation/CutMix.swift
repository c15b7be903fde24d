import ApusTensors

/// Replaces a box of an image by the same box of another of its batch (Yun et al., "CutMix: Regularization strategy to
/// train strong classifiers with localizable features", 2019).
///
/// With λ ~ Beta(alpha, alpha), the box has ⌊height·√(1 − λ)⌋ rows and ⌊width·√(1 − λ)⌋ columns about a pixel drawn
/// uniformly, cut off at the border; targets are shared as the pixels are: λ becomes 1 − (area of the box)/(area of the
/// image). Partners are chosen as ``MixUp`` does.
public struct CutMix: AugmentationValue {
    static let name = "cutmix"

    /// Parameter of the Beta distribution, over 0; 1 is uniform.
    public var alpha: Double
    /// How likely an image is changed at all, from 0 to 1.
    public var probability: Double

    /// Replaces boxes of random sizes.
    public init(alpha: Double = 1, probability: Double = 1) {
        self.alpha = alpha
        self.probability = probability
    }

    var mistake: String? { mixingMistake(alpha, probability) }
    var arguments: [String] { ["\(alpha)"] + (probability == 1 ? [] : ["\(probability)"]) }

    /// The box of one image.
    package func box(height: Int, width: Int, key: RandomKey) -> (rows: Range<Int>, columns: Range<Int>) {
        guard key.uniform(0) < probability else { return (0..<0, 0..<0) }
        let side = (1 - key.folding(0).symmetricBeta(alpha)).squareRoot()
        let range = { (index: Int, count: Int) -> Range<Int> in
            let (size, centre) = (Int(Double(count) * side), key.folding(1).integer(index, below: count))
            return max(centre - size / 2, 0)..<min(centre - size / 2 + size, count)
        }
        return (range(0, height), range(1, width))
    }
}
