import ApusBLAS
import ApusParallel
import ApusTensors

/// A linear map that makes the features of data uncorrelated and of variance 1, learnt on a training set.
///
/// With the mean μ of the rows and the eigenvectors V and eigenvalues λ of their covariance
/// `C = (X − μ)ᵀ(X − μ)/(rows − 1) = V·diag(λ)·Vᵀ`, a row x becomes
///
///     PCA   y = diag(1/√(λ + ε))·Vᵀ·(x − μ)         the largest λ first, each v with its largest element positive
///     ZCA   y = V·diag(1/√(λ + ε))·Vᵀ·(x − μ)       of all whitenings the nearest to the data
///
/// PCA with ε = 0 is scikit-learn's `PCA(whiten=True)`. ε keeps directions of almost no variance from becoming noise
/// (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, appendix A).
public struct Whitening<Scalar: BLASScalar>: Sendable {
    /// Which coordinates whitened data have.
    public enum Kind: Sendable, Hashable {
        /// Principal axes; the first `components` of them, or all.
        case pca(components: Int? = nil)
        /// The data's own.
        case zca
    }

    /// μ, [features].
    public let mean: Tensor<Scalar>
    /// Rows that a centred row is multiplied with from the right, [features, components].
    public let matrix: Tensor<Scalar>
    /// The way back, [components, features].
    public let inverseMatrix: Tensor<Scalar>
    /// λ, the largest first, [features].
    public let variances: [Scalar]

    /// Learns the map.
    ///
    /// - Parameters:
    ///   - data: `[rows, features]`, at least 2 rows; images flattened. Takes memory for three matrices
    ///     [features, features].
    ///   - kind: The coordinates of whitened data.
    ///   - epsilon: ε, not negative.
    /// - Throws: `LinearAlgebraError` where a value is not finite or LAPACK does not converge.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public init(_ data: Tensor<Scalar>, kind: Kind, epsilon: Scalar = 1e-5) throws(LinearAlgebraError) {
        require(
            data.rank == 2 && data.shape[0] >= 2 && data.shape[1] >= 1,
            "Whitening: data of shape \(data.shape), expected [rows, features] with at least 2 rows and 1 feature")
        require(epsilon >= 0, "Whitening: epsilon is \(epsilon), expected at least 0")
        let (rows, features) = (data.shape[0], data.shape[1])
        let count: Int
        switch kind {
        case .pca(let components):
            count = components ?? features
            require(
                (1...features).contains(count), "Whitening: \(count) components of \(features) features")
        case .zca: count = features
        }
        mean = Self.mean(of: data)
        let centred = data - mean
        var covariance = Tensor<Scalar>(shape: [features, features], repeating: 0)
        covariance.withUnsafeMutablePointer { c in
            centred.withUnsafePointer { x in
                BLAS.syrk(
                    triangle: .lower, transpose: true, n: features, k: rows, alpha: 1 / Scalar(rows - 1), a: x,
                    lda: features, c: c, ldc: features)
            }
        }
        let eigen = try LinearAlgebra.eigh(a: covariance.scalars.span, n: features)
        // Rounding makes variances of nothing slightly negative.
        variances = eigen.values.reversed().map { max($0, 0) }
        let directions = Self.directions(eigen, count: count)
        let deviations = variances.prefix(count).map { ($0 + epsilon).squareRoot() }
        let column = Tensor(shape: [count, 1], scalars: deviations)
        // A direction without any variance and without ε stays out: its deviation is 0.
        let factors = Tensor(shape: [count, 1], scalars: deviations.map { $0 > 0 ? 1 / $0 : 0 })
        switch kind {
        case .pca:
            matrix = (directions * factors).transposed()
            inverseMatrix = directions * column
        case .zca:
            matrix = matmul(directions.transposed(), directions * factors)
            inverseMatrix = matmul(directions.transposed(), directions * column)
        }
    }

    /// Whitened rows: `[rows, features]` → `[rows, components]`.
    public func callAsFunction(_ data: Tensor<Scalar>) -> Tensor<Scalar> {
        check(data, mean.count)
        return matmul(data - mean, matrix)
    }

    /// The way back: `[rows, components]` → `[rows, features]`; exact to rounding where all components are there and no
    /// direction is without variance.
    public func inverse(_ data: Tensor<Scalar>) -> Tensor<Scalar> {
        check(data, inverseMatrix.shape[0])
        return matmul(data, inverseMatrix) + mean
    }

    private func check(_ data: Tensor<Scalar>, _ columns: Int) {
        require(
            data.rank == 2 && data.shape[1] == columns,
            "Whitening: data of shape \(data.shape), expected [rows, \(columns)]")
    }

    /// The mean of the rows, summed in Double.
    private static func mean(of data: Tensor<Scalar>) -> Tensor<Scalar> {
        let (rows, features) = (data.shape[0], data.shape[1])
        var sums = [Double](repeating: 0, count: features)
        for row in 0..<rows {
            for feature in 0..<features { sums[feature] += Double(data.scalars[row * features + feature]) }
        }
        return Tensor(shape: [features], scalars: sums.map { Scalar($0 / Double(rows)) })
    }

    /// The eigenvectors of the largest eigenvalues as rows, [count, features].
    private static func directions(_ eigen: SymmetricEigen<Scalar>, count: Int) -> Tensor<Scalar> {
        let n = eigen.n
        var rows: [Scalar] = []
        rows.reserveCapacity(count * n)
        for index in 0..<count {
            let vector = (0..<n).map { eigen.vectors[$0 * n + n - 1 - index] }
            let largest = vector.max { abs($0) < abs($1) } ?? 1
            rows += largest < 0 ? vector.map { -$0 } : vector
        }
        return Tensor(shape: [count, n], scalars: rows)
    }
}
