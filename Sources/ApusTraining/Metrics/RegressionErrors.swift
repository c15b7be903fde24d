import ApusBLAS
import ApusTensors

/// Errors of predicted numbers, gathered example by example.
public struct RegressionErrors: Sendable, Equatable {
    /// Number of examples.
    public private(set) var examples = 0
    private var columns: [Column]

    /// The sums of one of the numbers that an example has.
    private struct Column: Sendable, Equatable {
        var squaredErrors = 0.0
        var absoluteErrors = 0.0
        /// Mean of the targets and sum of their squared distances from it, by Welford's recurrence (1962), which does not
        /// lose digits where the mean is large.
        var mean = 0.0
        var squaredDistances = 0.0

        mutating func add(_ prediction: Double, _ target: Double, count: Int) {
            let error = prediction - target
            squaredErrors += error * error
            absoluteErrors += abs(error)
            let distance = target - mean
            mean += distance / Double(count)
            squaredDistances += distance * (target - mean)
        }
    }

    /// Errors of nothing yet, of so many numbers per example.
    public init(numbers: Int) {
        columns = Array(repeating: Column(), count: numbers)
    }

    /// Adds examples, row-major `[samples, numbers]`.
    mutating func add<Scalar: BLASScalar>(
        _ predictions: UnsafePointer<Scalar>, targets: UnsafePointer<Scalar>, samples: Int
    ) {
        for sample in 0..<samples {
            examples += 1
            for column in columns.indices {
                let index = sample * columns.count + column
                columns[column].add(Double(predictions[index]), Double(targets[index]), count: examples)
            }
        }
    }

    private func mean(_ part: (Column) -> Double) -> Double {
        columns.reduce(0) { $0 + part($1) } / Double(columns.count)
    }

    /// Mean of (prediction − target)².
    public var meanSquaredError: Double { mean { $0.squaredErrors / Double(examples) } }

    /// Mean of |prediction − target|.
    public var meanAbsoluteError: Double { mean { $0.absoluteErrors / Double(examples) } }

    /// Coefficient of determination, the share of the targets' variance that predictions explain:
    /// `1 − Σ(target − prediction)² / Σ(target − mean target)²`, the mean over the numbers of an example as
    /// scikit-learn's `r2_score`. 1 is perfect, 0 as good as always saying the mean. `nil` where the targets of a number are
    /// all equal.
    public var rSquared: Double? {
        if columns.isEmpty || columns.contains(where: { $0.squaredDistances == 0 }) { return nil }
        return mean { 1 - $0.squaredErrors / $0.squaredDistances }
    }
}

extension Metrics {
    /// Mean over all elements of (prediction − target)².
    public static func meanSquaredError<Scalar: BLASScalar>(
        _ predictions: Tensor<Scalar>, targets: Tensor<Scalar>
    ) -> Double {
        check(predictions, targets: targets, "Metrics.meanSquaredError")
        return errors(predictions, targets).meanSquaredError
    }

    /// Mean over all elements of |prediction − target|.
    public static func meanAbsoluteError<Scalar: BLASScalar>(
        _ predictions: Tensor<Scalar>, targets: Tensor<Scalar>
    ) -> Double {
        check(predictions, targets: targets, "Metrics.meanAbsoluteError")
        return errors(predictions, targets).meanAbsoluteError
    }

    /// Coefficient of determination as ``RegressionErrors/rSquared`` defines it, of `[examples, …]`.
    public static func rSquared<Scalar: BLASScalar>(
        _ predictions: Tensor<Scalar>, targets: Tensor<Scalar>
    ) -> Double? {
        check(predictions, targets: targets, "Metrics.rSquared")
        return errors(predictions, targets).rSquared
    }

    private static func errors<Scalar: BLASScalar>(
        _ predictions: Tensor<Scalar>, _ targets: Tensor<Scalar>
    ) -> RegressionErrors {
        let examples = predictions.rank > 0 ? predictions.shape[0] : 1
        var errors = RegressionErrors(numbers: predictions.count / examples)
        predictions.withUnsafePointer { predictions in
            targets.withUnsafePointer { errors.add(predictions, targets: $0, samples: examples) }
        }
        return errors
    }
}
