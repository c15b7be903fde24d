import ApusBLAS
import ApusDatasets
import ApusParallel
import ApusTensors
import Foundation

/// Several views of each image, whose logits are averaged:
///
///     logit(x) = Σ weightᵥ · logit(view v of x) / Σ weightᵥ
///
/// Softmax probabilities are all that is needed of them: the logarithm of a probability is a logit but for a summand that
/// all classes of an image share.
public struct TestTimeAugmentation: Sendable, Hashable, Codable, Validated {
    /// A view and how much it counts.
    public struct WeightedView: Sendable, Hashable, Codable {
        /// How the image is looked at.
        public var view: ImageView
        /// How much it counts.
        public var weight: Double

        /// A view that counts so much.
        public init(_ view: ImageView, weight: Double = 1) {
            self.view = view
            self.weight = weight
        }
    }

    /// The views.
    public var views: [WeightedView]
    /// The share of images that are looked at in all views: those of which the network is least sure, by the largest
    /// probability of the image itself. The others go by that alone.
    public var leastConfidentShare: Double

    /// An average over views.
    public init(_ views: [WeightedView], leastConfidentShare: Double = 1) {
        self.views = views
        self.leastConfidentShare = leastConfidentShare
        requireValid()
    }

    /// The image and its mirror image.
    public static let mirror = TestTimeAugmentation([.init(ImageView()), .init(ImageView(isMirrored: true))])

    /// airbench's: the image and two that are moved by a pixel to the upper left and to the lower right, each of them
    /// mirrored as well; the image counts as much as the two together.
    public static let mirrorAndTranslate = TestTimeAugmentation(
        [(0, 0.25), (-1, 0.125), (1, 0.125)].flatMap { shift, weight in
            [false, true].map { .init(ImageView(down: shift, right: shift, isMirrored: $0), weight: weight) }
        })

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            !views.isEmpty && views.allSatisfy { $0.weight > 0 && $0.weight.isFinite },
            "TestTimeAugmentation: weights \(views.map(\.weight)), expected at least one, all over 0")
            ?? unless(
                (0...1).contains(leastConfidentShare),
                "TestTimeAugmentation: share \(leastConfidentShare), expected 0 to 1")
            ?? views.lazy.compactMap { $0.view.mistake }.first
    }

    /// Reads settings; a share that is left out is 1.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        views = try container.decode([WeightedView].self, forKey: .views)
        leastConfidentShare = try container.decodeIfPresent(Double.self, forKey: .leastConfidentShare) ?? 1
        try validated(decoder)
    }
}

extension Trainer {
    /// What the network says of each image, averaged over views: probabilities `[count, classes]`.
    ///
    /// - Precondition: the network predicts the probabilities of the images' classes.
    public func predict(_ images: ImageSet, by augmentation: TestTimeAugmentation) -> Tensor<Float> {
        let classes = images.classNames.count
        require(
            model.outputShape.count == classes,
            "Trainer.predict: the network's output is \(model.outputShape), the images have \(classes) classes")
        var probabilities = predict(.images(images)).scalars
        let chosen = augmentation.leastConfident(probabilities, classes: classes)
        let subset = chosen.count == images.count ? images : images.subset(chosen)
        var logits = [Float](repeating: 0, count: chosen.count * classes)
        for weighted in augmentation.views {
            let seen =
                weighted.view == ImageView()
                ? chosen.flatMap { probabilities[$0 * classes..<($0 + 1) * classes] }
                : predict(.images(subset.seen(as: weighted.view, pool: pool))).scalars
            let weight = Float(weighted.weight)
            for element in logits.indices { logits[element] += weight * log(max(seen[element], .leastNormalMagnitude)) }
        }
        let whole = Float(augmentation.views.reduce(0) { $0 + $1.weight })
        for (row, image) in chosen.enumerated() {
            let values = (0..<classes).map { logits[row * classes + $0] / whole }
            let largest = values.max() ?? 0
            let powers = values.map { exp($0 - largest) }
            let sum = powers.reduce(0, +)
            for column in 0..<classes { probabilities[image * classes + column] = powers[column] / sum }
        }
        return Tensor(shape: [images.count, classes], scalars: probabilities)
    }

    /// Scores the network on images whose views are averaged. The loss is the mean of `−log p` of the true classes.
    public func evaluate(_ images: ImageSet, by augmentation: TestTimeAugmentation) -> Evaluation {
        let classes = images.classNames.count
        let probabilities = predict(images, by: augmentation)
        let labels = images.labels
        let loss = labels.enumerated().reduce(0.0) { sum, entry in
            let probability = probabilities.scalars[entry.offset * classes + entry.element]
            return sum - Double(log(max(probability, .leastNormalMagnitude)))
        }
        var evaluation = Evaluation(classes: classes, numbers: classes, keepsScores: true)
        probabilities.withUnsafePointer {
            evaluation.add($0, labels: labels.map(Int32.init), samples: images.count, lossSum: loss)
        }
        return evaluation
    }
}

extension TestTimeAugmentation {
    /// Which images are looked at in all views, in order.
    fileprivate func leastConfident(_ probabilities: [Float], classes: Int) -> [Int] {
        let count = probabilities.count / classes
        let chosen = Int((Double(count) * leastConfidentShare).rounded(.up))
        if chosen == count { return Array(0..<count) }
        let confidence = (0..<count).map { row in probabilities[row * classes..<(row + 1) * classes].max() ?? 0 }
        // Positions decide among equals, so that the choice is the same everywhere.
        let order = (0..<count).sorted { (confidence[$0], $0) < (confidence[$1], $1) }
        return order.prefix(chosen).sorted()
    }
}
