/// What is to be said against a training and a test set before anything is learnt from them.
public struct ImageCheck: Sendable {
    /// Images of each class of the training set, in order of the labels.
    public let trainCounts: [Int]
    /// Images of each class of the test set.
    public let testCounts: [Int]
    /// Images that are the same.
    public let duplicates: ImageDuplicates
    /// Images of the training set that stand out.
    public let trainOutliers: ImageOutliers
    /// Images of the test set that stand out.
    public let testOutliers: ImageOutliers

    private let train: ImageSet
    private let test: ImageSet

    /// Checks two sets of one size and with the same classes.
    public init(train: ImageSet, test: ImageSet) {
        (self.train, self.test) = (train, test)
        trainCounts = Self.counts(train)
        testCounts = Self.counts(test)
        duplicates = ImageDuplicates(train: train, test: test)
        trainOutliers = ImageOutliers(train)
        testOutliers = ImageOutliers(test)
    }

    private static func counts(_ images: ImageSet) -> [Int] {
        var counts = [Int](repeating: 0, count: images.classNames.count)
        for label in images.labels { counts[label] += 1 }
        return counts
    }

    /// Positions in the training set of the images that ``cleaned`` leaves out, in order: constant ones, all but the first
    /// of equal ones, all of equal ones of different classes, and those that are in the test set.
    public var rejected: [Int] {
        let repeated = duplicates.withinTrain.flatMap { $0.dropFirst() }
        return Set(trainOutliers.constant + repeated + duplicates.contradictions.joined() + duplicates.trainInTest)
            .sorted()
    }

    /// The training set without ``rejected`` images. The test set stays as it is, so that scores stay comparable.
    public var cleaned: ImageSet {
        let rejected = Set(rejected)
        return train.subset((0..<train.count).filter { !rejected.contains($0) })
    }

    /// What to do about what was found, a sentence each; none where there is nothing.
    public var suggestions: [String] {
        var sentences: [String] = []
        let names = train.classNames
        let missing = names.indices.filter { trainCounts[$0] == 0 }
        if !missing.isEmpty {
            sentences.append(
                "No training image of \(missing.map { names[$0] }.joined(separator: ", ")): leave the class out or add images"
            )
        }
        let present = trainCounts.filter { $0 > 0 }
        if let least = present.min(), let most = present.max(), most >= 2 * least {
            sentences.append(
                "The largest class has \(most) training images, the smallest \(least): weigh classes in the loss, or add images"
            )
        }
        if !duplicates.trainInTest.isEmpty {
            sentences.append(
                "\(Self.images(duplicates.trainInTest.count)) of the training set are in the test set too, which flatters scores: remove them from the training set"
            )
        }
        if !duplicates.contradictions.isEmpty {
            sentences.append(
                "\(Self.groups(duplicates.contradictions.count)) of equal training images have different classes: correct or remove them"
            )
        }
        let repeated = duplicates.withinTrain.reduce(0) { $0 + $1.count - 1 }
        if repeated > 0 {
            sentences.append("\(Self.images(repeated)) of the training set are repetitions: keep one of each")
        }
        if !duplicates.withinTest.isEmpty {
            sentences.append(
                "\(Self.groups(duplicates.withinTest.count)) of test images are equal: each counts more than once in scores"
            )
        }
        if !trainOutliers.constant.isEmpty {
            sentences.append(
                "\(Self.images(trainOutliers.constant.count)) of the training set are of one shade: remove them")
        }
        if !testOutliers.constant.isEmpty {
            sentences.append(
                "\(Self.images(testOutliers.constant.count)) of the test set are of one shade: they can only be guessed"
            )
        }
        if !trainOutliers.outlying.isEmpty {
            sentences.append(
                "\(Self.images(trainOutliers.outlying.count)) of the training set have an unusual brightness or contrast: look at them"
            )
        }
        return sentences
    }

    private static func images(_ count: Int) -> String { count == 1 ? "1 image" : "\(count) images" }

    private static func groups(_ count: Int) -> String { count == 1 ? "1 group" : "\(count) groups" }
}
