/// How a network fares on examples.
public struct Evaluation: Sendable, Equatable {
    /// Number of examples.
    public private(set) var examples = 0
    /// Which classes were taken for which; of no classes where examples have none.
    public private(set) var confusionMatrix: ConfusionMatrix
    /// Errors of the predicted numbers; `nil` where examples have classes.
    public private(set) var regression: RegressionErrors?
    private var lossSum = 0.0
    private var topFive = 0
    /// All scores and classes, for measures that cannot be made batch by batch.
    private var kept: Kept?

    private struct Kept: Sendable, Equatable {
        var scores: [Float] = []
        var classes: [Int32] = []
    }

    /// An evaluation of nothing yet.
    ///
    /// - Parameters:
    ///   - classes: Number of classes, 0 where examples have none.
    ///   - numbers: Length of a prediction, where examples have no classes.
    ///   - keepsScores: Whether scores are kept, 4 bytes for each class of each example, for ``macroROCAUC``.
    init(classes: Int, numbers: Int, keepsScores: Bool) {
        confusionMatrix = ConfusionMatrix(classes: classes)
        regression = classes == 0 ? RegressionErrors(numbers: numbers) : nil
        kept = keepsScores && classes > 0 ? Kept() : nil
    }

    /// Mean loss.
    public var loss: Double { lossSum / Double(examples) }

    /// Share of examples whose likeliest class is the right one; `nil` where examples have no class.
    public var accuracy: Double? { confusionMatrix.accuracy }

    /// Share of examples whose class is among the five likeliest; `nil` where there are no more than five classes.
    public var topFiveAccuracy: Double? {
        confusionMatrix.classes > 5 && examples > 0 ? Double(topFive) / Double(examples) : nil
    }

    /// Area under the curve of each class against the rest, ``Metrics/macroROCAUC(_:classes:)``; `nil` where examples have no
    /// class or scores were not kept.
    public var macroROCAUC: Double? {
        guard let kept else { return nil }
        return kept.scores.withUnsafeBufferPointer {
            Metrics.macroROCAUC($0, classCount: confusionMatrix.classes, classes: kept.classes)
        }
    }

    /// `confusion[truth][prediction]` counts examples; empty where examples have no class.
    public var confusion: [[Int]] { confusionMatrix.counts }

    /// Precision, recall and F1 of each class.
    public var classScores: [ClassScore] { confusionMatrix.classScores }

    /// Mean loss and accuracy.
    public var score: Score { Score(loss: loss, accuracy: accuracy) }

    /// Adds a batch with classes.
    mutating func add(
        _ predictions: UnsafePointer<Float>, labels: UnsafePointer<Int32>, samples: Int, lossSum: Double
    ) {
        examples += samples
        self.lossSum += lossSum
        let classes = confusionMatrix.classes
        for row in 0..<samples {
            let scores = UnsafeBufferPointer(start: predictions + row * classes, count: classes)
            let label = Int(labels[row])
            confusionMatrix.add(
                truth: label, prediction: likeliestClass(predictions + row * classes, classes))
            if Metrics.rank(of: label, in: scores) < 5 { topFive += 1 }
        }
        kept?.scores += UnsafeBufferPointer(start: predictions, count: samples * classes)
        kept?.classes += UnsafeBufferPointer(start: labels, count: samples)
    }

    /// Adds a batch with targets.
    mutating func add(
        _ predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, samples: Int, lossSum: Double
    ) {
        examples += samples
        self.lossSum += lossSum
        regression?.add(predictions, targets: targets, samples: samples)
    }
}
