import ApusBLAS
import ApusParallel
import ApusTensors

extension Metrics {
    /// Area under the receiver operating characteristic: the probability that a positive example scores higher than a
    /// negative one, equal scores counted half (Hanley and McNeil 1982). From the sum of the positives' ranks R,
    ///
    ///     (R − P (P + 1) / 2) / (P · N)
    ///
    /// where P positives and N negatives share the mean rank of those that score the same.
    ///
    /// - Parameters:
    ///   - scores: A score per example; higher says "positive".
    ///   - positives: Whether each example is positive.
    /// - Returns: 0.5 for guessing, 1 for a perfect order; `nil` where positives or negatives are missing or a score is NaN.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public static func rocAUC<Scalar: BLASScalar>(_ scores: [Scalar], positives: [Bool]) -> Double? {
        require(
            scores.count == positives.count, "Metrics.rocAUC: \(scores.count) scores of \(positives.count) examples")
        let positiveCount = positives.count { $0 }
        let negativeCount = positives.count - positiveCount
        if positiveCount == 0 || negativeCount == 0 || scores.contains(where: \.isNaN) { return nil }
        let order = scores.indices.sorted { scores[$0] < scores[$1] }
        var rankSum = 0.0
        var start = 0
        while start < order.count {
            var end = start
            var tied = 0
            while end < order.count, scores[order[end]] == scores[order[start]] {
                if positives[order[end]] { tied += 1 }
                end += 1
            }
            // Ranks start + 1 … end.
            rankSum += Double(tied) * Double(start + 1 + end) / 2
            start = end
        }
        let (p, n) = (Double(positiveCount), Double(negativeCount))
        return (rankSum - p * (p + 1) / 2) / (p * n)
    }

    /// Mean over the classes of the area under the curve of each against the rest, as scikit-learn's `roc_auc_score` with
    /// `multi_class="ovr"`; a class without examples, or of which all are, is left out.
    ///
    /// - Parameters:
    ///   - scores: `[examples, classes]`.
    ///   - classes: The true class of each example.
    /// - Returns: `nil` where no class can be scored or a score is NaN.
    public static func macroROCAUC<Scalar: BLASScalar>(_ scores: Tensor<Scalar>, classes: [Int32]) -> Double? {
        check(scores, classes, "Metrics.macroROCAUC")
        return scores.scalars.withUnsafeBufferPointer {
            macroROCAUC($0, classCount: scores.shape[1], classes: classes)
        }
    }

    static func macroROCAUC<Scalar: BLASScalar>(
        _ scores: UnsafeBufferPointer<Scalar>, classCount: Int, classes: [Int32]
    ) -> Double? {
        if scores.contains(where: \.isNaN) { return nil }
        let areas = (0..<classCount).compactMap { index in
            rocAUC(
                classes.indices.map { scores[$0 * classCount + index] }, positives: classes.map { Int($0) == index })
        }
        return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
    }
}
