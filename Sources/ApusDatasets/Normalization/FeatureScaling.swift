import ApusBLAS
import ApusParallel
import ApusTensors

/// An affine map of each column of a matrix `[rows, features]`, learnt on a training set alone and then applied to all
/// data: `y = x·scale + offset`. Missing values (NaN) and infinities do not count, and stay what they are.
public struct FeatureScaling: Sendable, Hashable, Codable {
    /// Factors, one for each feature; none is 0.
    public let scale: [Double]
    /// Summands, one for each feature.
    public let offset: [Double]

    /// A map from its factors, which are finite and not 0, and as many summands.
    public init(scale: [Double], offset: [Double]) {
        require(
            scale.count == offset.count && scale.allSatisfy { $0.isFinite && $0 != 0 },
            "FeatureScaling: factors \(scale) and summands \(offset), expected as many of both and no factor of 0")
        self.scale = scale
        self.offset = offset
    }

    /// `y = (x − mean)/deviation` with the mean and the deviation of each feature, `√(Σ(x − mean)²/rows)`: mean 0 and
    /// variance 1. A feature that is the same in all rows is divided by 1 (scikit-learn's `StandardScaler`).
    ///
    /// - Parameter data: `[rows, features]`.
    public static func standardizing(_ data: Tensor<some BLASScalar>) -> FeatureScaling {
        let columns = columns(data).map { column -> (mean: Double, deviation: Double) in
            if column.isEmpty { return (0, 1) }
            let mean = column.reduce(0, +) / Double(column.count)
            let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
            // The rounding of the sum alone makes the variance of equal numbers differ from 0.
            let isConstant = column.allSatisfy { $0 == column[0] }
            return isConstant ? (column[0], 1) : (mean, variance.squareRoot())
        }
        return standardizing(mean: columns.map(\.mean), deviation: columns.map(\.deviation))
    }

    /// `y = (x − mean)/deviation` with given statistics of each feature.
    public static func standardizing(mean: [Double], deviation: [Double]) -> FeatureScaling {
        require(
            mean.count == deviation.count && deviation.allSatisfy { $0 > 0 },
            "FeatureScaling: means \(mean) and deviations \(deviation), expected as many positive deviations as means")
        return FeatureScaling(scale: deviation.map { 1 / $0 }, offset: zip(mean, deviation).map { -$0 / $1 })
    }

    /// Moves the smallest value of each feature to `range.lowerBound` and the greatest to `range.upperBound`:
    /// `y = (x − min)/(max − min)·(upper − lower) + lower`. A feature that is the same in all rows becomes `lower`
    /// (scikit-learn's `MinMaxScaler`).
    ///
    /// - Parameters:
    ///   - data: `[rows, features]`.
    ///   - range: Where values shall lie, not empty.
    public static func minMax(
        _ data: Tensor<some BLASScalar>, to range: ClosedRange<Double> = 0...1
    ) -> FeatureScaling {
        let width = range.upperBound - range.lowerBound
        require(width > 0, "FeatureScaling.minMax: range \(range), expected more than a point")
        let maps = columns(data).map { column -> (scale: Double, offset: Double) in
            let (least, greatest) = (column.min() ?? 0, column.max() ?? 0)
            let scale = greatest > least ? width / (greatest - least) : width
            return (scale, range.lowerBound - least * scale)
        }
        return FeatureScaling(scale: maps.map(\.scale), offset: maps.map(\.offset))
    }

    /// The map of every row of `[rows, features]`.
    public func callAsFunction<Scalar: BLASScalar>(_ data: Tensor<Scalar>) -> Tensor<Scalar> {
        mapped(data) { value, feature in value * scale[feature] + offset[feature] }
    }

    /// The way back: `x = (y − offset)/scale`.
    public func inverse<Scalar: BLASScalar>(_ data: Tensor<Scalar>) -> Tensor<Scalar> {
        mapped(data) { value, feature in (value - offset[feature]) / scale[feature] }
    }

    private func mapped<Scalar: BLASScalar>(
        _ data: Tensor<Scalar>, _ map: (Double, Int) -> Double
    ) -> Tensor<Scalar> {
        require(
            data.rank == 2 && data.shape[1] == scale.count,
            "FeatureScaling: data of shape \(data.shape), expected [rows, \(scale.count)]")
        var feature = 0
        let scalars = data.scalars.map { value -> Scalar in
            defer { feature = feature + 1 == scale.count ? 0 : feature + 1 }
            return Scalar(map(Double(value), feature))
        }
        return Tensor(shape: data.shape, scalars: scalars)
    }

    /// The finite values of each feature.
    private static func columns(_ data: Tensor<some BLASScalar>) -> [[Double]] {
        require(data.rank == 2, "FeatureScaling: data of shape \(data.shape), expected [rows, features]")
        let width = data.shape[1]
        return (0..<width).map { feature in
            stride(from: feature, to: data.count, by: width).lazy.map { Double(data.scalars[$0]) }.filter(\.isFinite)
        }
    }
}
