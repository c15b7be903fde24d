/// How well one class is told from the others: with TP examples of the class that were found, FP others that were taken for
/// it and FN of the class that were missed.
public struct ClassScore: Sendable, Equatable {
    /// TP: the class's examples that were found.
    public let found: Int
    /// TP + FP: examples that were said to be of the class.
    public let predicted: Int
    /// TP + FN: the class's examples.
    public let examples: Int

    /// TP / (TP + FP), the share of right ones among the examples said to be of the class; `nil` if there are none.
    public var precision: Double? { predicted > 0 ? Double(found) / Double(predicted) : nil }

    /// TP / (TP + FN), the share of the class's examples that were found; `nil` if there are none.
    public var recall: Double? { examples > 0 ? Double(found) / Double(examples) : nil }

    /// 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; `nil` for a class that occurs nowhere.
    public var f1: Double? {
        predicted + examples > 0 ? 2 * Double(found) / Double(predicted + examples) : nil
    }
}

/// How scores of several classes become one.
public enum ScoreAveraging: String, Sendable, Codable, CaseIterable {
    /// The mean over the classes that occur as truth or as prediction; what a class has not counts as 0.
    case macro
    /// The score of all decisions together. With one class per example, precision, recall and F1 are the accuracy.
    case micro
    /// The mean over the classes, weighted with their numbers of examples; what a class has not counts as 0.
    case weighted
}

extension ConfusionMatrix {
    /// The scores of each class.
    public var classScores: [ClassScore] {
        counts.indices.map { index in
            ClassScore(
                found: counts[index][index], predicted: counts.reduce(0) { $0 + $1[index] },
                examples: counts[index].reduce(0, +))
        }
    }

    /// Precision over all classes; `nil` where there are no examples. As scikit-learn's `precision_score`.
    public func precision(_ averaging: ScoreAveraging) -> Double? { average(averaging) { $0.precision } }

    /// Recall over all classes; `nil` where there are no examples. As scikit-learn's `recall_score`.
    public func recall(_ averaging: ScoreAveraging) -> Double? { average(averaging) { $0.recall } }

    /// F1 over all classes; `nil` where there are no examples. As scikit-learn's `f1_score`.
    public func f1(_ averaging: ScoreAveraging) -> Double? { average(averaging) { $0.f1 } }

    private func average(_ averaging: ScoreAveraging, _ score: (ClassScore) -> Double?) -> Double? {
        if examples == 0 { return nil }
        let classes = classScores
        switch averaging {
        case .macro:
            let present = classes.filter { $0.predicted + $0.examples > 0 }
            return present.reduce(0) { $0 + (score($1) ?? 0) } / Double(present.count)
        case .micro:
            return accuracy
        case .weighted:
            return classes.reduce(0) { $0 + (score($1) ?? 0) * Double($1.examples) } / Double(examples)
        }
    }
}
