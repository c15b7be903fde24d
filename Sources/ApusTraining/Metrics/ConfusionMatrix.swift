import ApusBLAS
import ApusParallel
import ApusTensors

/// How often examples of each class were taken for each class.
public struct ConfusionMatrix: Sendable, Equatable {
    /// `counts[truth][prediction]` counts examples.
    public private(set) var counts: [[Int]]

    /// A matrix of nothing yet.
    public init(classes: Int) {
        require(classes >= 0, "ConfusionMatrix: \(classes) classes")
        counts = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    }

    /// The matrix of scores `[examples, classes]`, of which the first largest is the prediction, and the true classes.
    public init<Scalar: BLASScalar>(scores: Tensor<Scalar>, classes: [Int32]) {
        let predictions = Metrics.likeliestClasses(scores, examples: classes.count)
        self.init(classes: scores.shape[1])
        for (truth, prediction) in zip(classes, predictions) { add(truth: Int(truth), prediction: prediction) }
    }

    /// Counts one example.
    public mutating func add(truth: Int, prediction: Int) {
        require(
            counts.indices.contains(truth) && counts.indices.contains(prediction),
            "ConfusionMatrix: class \(truth) taken for \(prediction), expected two of \(counts.count) classes")
        counts[truth][prediction] += 1
    }

    /// Number of classes.
    public var classes: Int { counts.count }

    /// Number of examples.
    public var examples: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    /// Number of examples whose class was found.
    public var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }

    /// Share of examples whose class was found; `nil` where there are none.
    public var accuracy: Double? { examples > 0 ? Double(correct) / Double(examples) : nil }
}
