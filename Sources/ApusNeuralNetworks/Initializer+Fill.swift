import ApusBLAS
import ApusParallel
import ApusTensors

extension Initializer {
    /// Fills a parameter of the given shape; the values are a function of `key` alone.
    package func fill<Scalar: BLASScalar>(_ values: UnsafeMutableBufferPointer<Scalar>, shape: Shape, key: RandomKey) {
        let (fanIn, fanOut) = Self.fans(of: shape)
        switch self {
        case .zeros: values.update(repeating: 0)
        case .ones: values.update(repeating: 1)
        case .constant(let value): values.update(repeating: Scalar(value))
        case .uniform(let limit): fillUniform(values, limit: limit, key: key)
        case .normal(let deviation): fillNormal(values, deviation: deviation, key: key)
        case .truncatedNormal(let deviation): fillCutNormal(values, deviation: deviation, key: key)
        case .gaussian: fillNormal(values, deviation: 1 / fanIn.squareRoot(), key: key)
        case .fanInUniform: fillUniform(values, limit: 1 / fanIn.squareRoot(), key: key)
        case .lecunUniform: fillUniform(values, limit: (3 / fanIn).squareRoot(), key: key)
        case .lecunNormal: fillWidenedNormal(values, deviation: 1 / fanIn.squareRoot(), key: key)
        case .glorotUniform: fillUniform(values, limit: (6 / (fanIn + fanOut)).squareRoot(), key: key)
        case .glorotNormal: fillWidenedNormal(values, deviation: (2 / (fanIn + fanOut)).squareRoot(), key: key)
        case .heUniform: fillUniform(values, limit: (6 / fanIn).squareRoot(), key: key)
        case .heNormal: fillWidenedNormal(values, deviation: (2 / fanIn).squareRoot(), key: key)
        case .orthogonal(let gain): fillOrthogonal(values, shape: shape, gain: gain, key: key)
        case .dirac:
            fillUniform(values, limit: 1 / fanIn.squareRoot(), key: key)
            fillIdentity(values, shape: shape)
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

    /// Draws again what lies beyond two deviations.
    private func fillCutNormal<Scalar: BLASScalar>(
        _ values: UnsafeMutableBufferPointer<Scalar>, deviation: Double, key: RandomKey
    ) {
        for index in values.indices {
            var attempt: UInt64 = 0
            var sample = key.normal(UInt64(index))
            while abs(sample) > 2 {
                attempt += 1
                sample = key.folding(attempt).normal(UInt64(index))
            }
            values[index] = Scalar(sample * deviation)
        }
    }

    /// The same of a normal so wide that what is left has `deviation`.
    private func fillWidenedNormal<Scalar: BLASScalar>(
        _ values: UnsafeMutableBufferPointer<Scalar>, deviation: Double, key: RandomKey
    ) {
        fillCutNormal(values, deviation: deviation / 0.879_625_661_034_239_78, key: key)
    }

    /// Q of a normal matrix that is at least as high as wide, its columns turned so that R's diagonal is positive,
    /// which makes it uniform among orthogonal matrices.
    private func fillOrthogonal<Scalar: BLASScalar>(
        _ values: UnsafeMutableBufferPointer<Scalar>, shape: Shape, gain: Double, key: RandomKey
    ) {
        require(shape.rank >= 2, "Initializer.orthogonal: the parameter has shape \(shape), expected at least two axes")
        let columns = shape[shape.rank - 1]
        let rows = shape.count / columns
        let (long, short) = (max(rows, columns), min(rows, columns))
        let normal = Tensor<Double>.normal([long, short], key: key)
        guard let (q, r) = try? normal.qr() else {
            callerMistake("Initializer.orthogonal: no QR factorization of a [\(long), \(short)] matrix")
        }
        let (entries, diagonal) = (q.scalars, r.scalars)
        for row in 0..<rows {
            for column in 0..<columns {
                let (i, j) = rows >= columns ? (row, column) : (column, row)
                let sign = diagonal[j * short + j] < 0 ? -1.0 : 1.0
                values[row * columns + column] = Scalar(gain * sign * entries[i * short + j])
            }
        }
    }

    /// The first filters, as many as there are inputs, become the identity at the central tap.
    private func fillIdentity<Scalar: BLASScalar>(_ values: UnsafeMutableBufferPointer<Scalar>, shape: Shape) {
        require(
            shape.rank == 4, "Initializer.dirac: the parameter has shape \(shape), expected [height, width, in, out]")
        let (inputs, outputs) = (shape[2], shape[3])
        let center = shape[0] / 2 * shape[1] + shape[1] / 2
        for tap in 0..<shape[0] * shape[1] {
            for input in 0..<inputs {
                for output in 0..<min(inputs, outputs) {
                    let isOne = tap == center && input == output
                    values[(tap * inputs + input) * outputs + output] = isOne ? 1 : 0
                }
            }
        }
    }
}
