import ApusBLAS
import ApusParallel
import ApusTensors

extension Metrics {
    /// Share of examples whose class has the largest score, the first of equal ones.
    ///
    /// - Parameters:
    ///   - scores: `[examples, classes]`: probabilities, logits or any scores.
    ///   - classes: The true class of each example.
    public static func accuracy<Scalar: BLASScalar>(_ scores: Tensor<Scalar>, classes: [Int32]) -> Double {
        check(scores, classes, "Metrics.accuracy")
        let predictions = likeliestClasses(scores, examples: classes.count)
        return Double(zip(classes, predictions).count { Int($0) == $1 }) / Double(classes.count)
    }

    /// Share of examples whose class is among the k with the largest scores; of equal scores those that come first count as
    /// larger, so that k = 1 is the accuracy.
    ///
    /// - Parameters:
    ///   - scores: `[examples, classes]`.
    ///   - classes: The true class of each example.
    ///   - k: At least 1.
    public static func topKAccuracy<Scalar: BLASScalar>(
        _ scores: Tensor<Scalar>, classes: [Int32], k: Int
    ) -> Double {
        check(scores, classes, "Metrics.topKAccuracy")
        require(k >= 1, "Metrics.topKAccuracy: k is \(k), expected at least 1")
        let count = scores.shape[1]
        let hits = scores.scalars.withUnsafeBufferPointer { scalars in
            classes.enumerated().count { row, label in
                rank(of: Int(label), in: UnsafeBufferPointer(rebasing: scalars[row * count..<(row + 1) * count])) < k
            }
        }
        return Double(hits) / Double(classes.count)
    }

    /// How many classes stand before one in the order of falling scores. NaN stands before everything, so that a network that
    /// has diverged is not said to be right.
    @inline(__always)
    static func rank<Scalar: BLASScalar>(of label: Int, in scores: UnsafeBufferPointer<Scalar>) -> Int {
        let own = scores[label]
        var rank = 0
        for (index, score) in scores.enumerated() where index != label {
            if !(score < own || (score == own && index > label)) { rank += 1 }
        }
        return rank
    }

    /// The first class with the largest score of each row of `[examples, classes]`.
    static func likeliestClasses<Scalar: BLASScalar>(_ scores: Tensor<Scalar>, examples: Int) -> [Int] {
        require(
            scores.shape.rank == 2 && scores.shape[0] == examples && scores.shape[1] > 0,
            "Metrics: scores have shape \(scores.shape), expected [\(examples), classes]")
        let count = scores.shape[1]
        return scores.scalars.withUnsafeBufferPointer { scalars in
            (0..<examples).map { row in
                var best = 0
                for index in 1..<count where scalars[row * count + index] > scalars[row * count + best] {
                    best = index
                }
                return best
            }
        }
    }
}
