import ApusBLAS
import ApusParallel
import ApusTensors

/// Measures of how good predictions are, over tensors. Precision, recall and F1 are those of a ``ConfusionMatrix``.
public enum Metrics {
    /// Stops where scores are not `[examples, classes]` or a class is out of range.
    static func check<Scalar: BLASScalar>(_ scores: Tensor<Scalar>, _ classes: [Int32], _ metric: String) {
        require(
            scores.shape.rank == 2 && scores.shape[0] == classes.count,
            "\(metric): scores have shape \(scores.shape), expected [\(classes.count), classes]")
        for label in classes where !(0..<Int32(scores.shape[1])).contains(label) {
            callerMistake("\(metric): class \(label), expected 0..<\(scores.shape[1])")
        }
    }

    /// Stops where predictions and targets have different shapes or no elements.
    static func check<Scalar: BLASScalar>(
        _ predictions: Tensor<Scalar>, targets: Tensor<Scalar>, _ metric: String
    ) {
        require(
            predictions.shape == targets.shape && predictions.count > 0,
            "\(metric): predictions have shape \(predictions.shape), targets \(targets.shape), expected one with elements"
        )
    }
}
