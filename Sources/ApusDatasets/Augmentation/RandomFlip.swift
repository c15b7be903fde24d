import ApusTensors

/// Mirrors an image left and right, anew in every epoch.
public struct RandomFlip: AugmentationValue {
    static let name = "flip"

    /// How likely an image is mirrored, from 0 to 1.
    public var probability: Double

    /// Mirrors with a probability.
    public init(probability: Double = 0.5) { self.probability = probability }

    var mistake: String? { mistake("probability", probability) }
    var arguments: [String] { probability == 0.5 ? [] : ["\(probability)"] }

    func apply(to image: inout AugmentedImage, key: RandomKey) {
        if key.uniform(0) < probability { image.mirror() }
    }
}
