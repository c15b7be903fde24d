/// How a network fares on examples.
public struct Evaluation: Sendable, Equatable {
    /// Number of examples.
    public private(set) var examples = 0
    /// `confusion[truth][prediction]` counts examples; empty where examples have no class.
    public private(set) var confusion: [[Int]]
    private var lossSum = 0.0

    /// An evaluation of nothing yet.
    init(classes: Int) {
        confusion = Array(repeating: Array(repeating: 0, count: classes), count: classes)
    }

    /// Mean loss.
    public var loss: Double { lossSum / Double(examples) }

    /// Share of examples whose likeliest class is the right one; `nil` where examples have no class.
    public var accuracy: Double? {
        confusion.isEmpty ? nil : Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(examples)
    }

    /// Mean loss and accuracy.
    public var score: Score { Score(loss: loss, accuracy: accuracy) }

    /// Precision and recall of one class.
    public struct ClassScore: Sendable, Equatable {
        /// Share of right ones among the examples said to be of the class; `nil` if there are none.
        public let precision: Double?
        /// Share of the class's examples that were found; `nil` if there are none.
        public let recall: Double?
        /// The class's examples.
        public let examples: Int
    }

    /// Precision and recall of each class.
    public var classScores: [ClassScore] {
        confusion.indices.map { index in
            let found = confusion.reduce(0) { $0 + $1[index] }
            let truth = confusion[index].reduce(0, +)
            let right = Double(confusion[index][index])
            return ClassScore(
                precision: found > 0 ? right / Double(found) : nil, recall: truth > 0 ? right / Double(truth) : nil,
                examples: truth)
        }
    }

    mutating func add(
        _ predictions: UnsafePointer<Float>, classes: Int, labels: UnsafePointer<Int32>, samples: Int,
        lossSum: Double
    ) {
        examples += samples
        self.lossSum += lossSum
        if confusion.isEmpty { return }
        for row in 0..<samples {
            confusion[Int(labels[row])][likeliestClass(predictions + row * classes, classes)] += 1
        }
    }
}
