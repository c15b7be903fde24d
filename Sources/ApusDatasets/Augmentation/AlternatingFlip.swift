import ApusTensors

/// Mirrors half of the images, chosen at random once, in the first epoch, and from then on the other half and the first
/// in turn (Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024, §3.6): two epochs that follow each other
/// show every image both ways.
public struct AlternatingFlip: AugmentationValue {
    static let name = "alternating-flip"

    /// There is nothing to choose.
    public init() {}

    var mistake: String? { nil }
    var arguments: [String] { [] }

    func apply(to image: inout AugmentedImage, epoch: Int, lastingKey: RandomKey) {
        if (lastingKey.word(0) & 1 == 1) != (epoch & 1 == 1) { image.mirror() }
    }
}
