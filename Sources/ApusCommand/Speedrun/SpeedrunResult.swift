import Foundation

/// What was trained, where, and by what: trainings that may be averaged over their seeds agree in all of it.
struct SpeedrunIdentity: Codable, Hashable {
    /// `Apus`, `PyTorch` or `Keras`.
    let program: String
    let recipe: String
    /// The digest of all of the recipe's settings, or of the program that has them.
    let settings: String
    /// Its name and features.
    let processor: String
    let threads: Int
}

/// One training of a speedrun: a line of its results.
struct SpeedrunResult: Codable {
    let identity: SpeedrunIdentity
    let seed: UInt64
    let version: String
    let commit: String?
    let date: Date
    let command: String
    let precision: String
    let testAccuracy: Double
    let ttaAccuracy: Double?
    /// Drawing and whitening the first weights; the training alone; the last evaluation by views.
    let preparationSeconds: Double
    let trainingSeconds: Double
    let ttaSeconds: Double?
    /// From the start of the process to its end; `nil` where the training was interrupted and went on in another.
    let processSeconds: Double?
    let trainedImages: Int
    /// Operations of a plain forward and backward pass, three times those of the forward one, a second.
    let effectiveGflops: Double?
    /// The mean loss of each epoch, or of each step where that is all there is.
    let losses: [Double]
    let epochAccuracies: [Double]
    let epochSeconds: [Double]

    /// Whitening, training and last evaluation, as the source of airbench94 times them.
    var seconds: Double { preparationSeconds + trainingSeconds + (ttaSeconds ?? 0) }
    /// With views where there are any.
    var accuracy: Double { ttaAccuracy ?? testAccuracy }
    var imagesPerSecond: Double { Double(trainedImages) / trainingSeconds }

    /// The result in a line.
    var sentence: String {
        let plain = ttaAccuracy == nil ? "" : " (\(Numbers.share(testAccuracy)) without views)"
        return "accuracy \(Numbers.share(accuracy))\(plain) in "
            + "\(Numbers.fixed(seconds, 1)) s, \(Numbers.fixed(trainingSeconds, 1)) s of training, "
            + "\(Numbers.grouped(Int(imagesPerSecond))) images/s"
            + (processSeconds == nil ? ", interrupted" : "")
    }
}
