import ApusBLAS
import ApusTensors

/// How a parameter begins.
///
/// `n_in` and `n_out` are the fans as Keras counts them: of a dense kernel `[in, out]` its two extents, of a
/// convolution kernel `[height, width, in, out]` each of the last two times height × width.
public enum Initializer: String, Sendable, Codable, CaseIterable {
    /// All zero.
    case zeros
    /// All one.
    case ones
    /// Normal with mean 0 and standard deviation 1/√n_in.
    case gaussian
    /// Uniform in ±√(6 / (n_in + n_out)); Glorot and Bengio 2010.
    case glorotUniform
    /// Normal with standard deviation √(2 / (n_in + n_out)), cut at two deviations as in Keras.
    case glorotNormal
    /// Uniform in ±√(6 / n_in); He et al. 2015.
    case heUniform
    /// Normal with standard deviation √(2 / n_in), cut at two deviations as in Keras.
    case heNormal

    /// Fills a parameter of the given shape; the values are a function of `key` alone.
    package func fill<Scalar: BLASScalar>(_ values: UnsafeMutableBufferPointer<Scalar>, shape: Shape, key: RandomKey) {
        let (fanIn, fanOut) = Self.fans(of: shape)
        switch self {
        case .zeros: values.update(repeating: 0)
        case .ones: values.update(repeating: 1)
        case .gaussian: fillNormal(values, deviation: 1 / fanIn.squareRoot(), key: key)
        case .glorotUniform: fillUniform(values, limit: (6 / (fanIn + fanOut)).squareRoot(), key: key)
        case .glorotNormal: fillCutNormal(values, deviation: (2 / (fanIn + fanOut)).squareRoot(), key: key)
        case .heUniform: fillUniform(values, limit: (6 / fanIn).squareRoot(), key: key)
        case .heNormal: fillCutNormal(values, deviation: (2 / fanIn).squareRoot(), key: key)
        }
    }

    /// The numbers of inputs and outputs that one element of the parameter connects.
    static func fans(of shape: Shape) -> (fanIn: Double, fanOut: Double) {
        guard shape.rank >= 2 else { return (Double(max(shape.count, 1)), Double(max(shape.count, 1))) }
        let field = (0..<shape.rank - 2).reduce(1.0) { $0 * Double(shape[$1]) }
        return (field * Double(shape[shape.rank - 2]), field * Double(shape[shape.rank - 1]))
    }

    private func fillUniform<Scalar: BLASScalar>(
        _ values: UnsafeMutableBufferPointer<Scalar>, limit: Double, key: RandomKey
    ) {
        for index in values.indices {
            values[index] = Scalar((2 * key.uniform(UInt64(index)) - 1) * limit)
        }
    }

    private func fillNormal<Scalar: BLASScalar>(
        _ values: UnsafeMutableBufferPointer<Scalar>, deviation: Double, key: RandomKey
    ) {
        for index in values.indices {
            values[index] = Scalar(key.normal(UInt64(index)) * deviation)
        }
    }

    /// Draws again what lies beyond two deviations, and widens the normal so that what is left has `deviation`.
    private func fillCutNormal<Scalar: BLASScalar>(
        _ values: UnsafeMutableBufferPointer<Scalar>, deviation: Double, key: RandomKey
    ) {
        let deviationAfterCut = 0.879_625_661_034_239_78
        for index in values.indices {
            var attempt: UInt64 = 0
            var sample = key.normal(UInt64(index))
            while abs(sample) > 2 {
                attempt += 1
                sample = key.folding(attempt).normal(UInt64(index))
            }
            values[index] = Scalar(sample * deviation / deviationAfterCut)
        }
    }
}
