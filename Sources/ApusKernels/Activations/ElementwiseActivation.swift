import ApusBLAS
import ApusParallel
import CHardware

/// A function of one number that is applied element by element, with its derivative. Float is computed in vectors by
/// the tiles of the processor's instruction set, Double by the C library.
package enum ElementwiseActivation: Hashable, Sendable {
    /// max(0, x).
    case rectification
    /// x, or slope · x where x < 0.
    case leakyRectification(slope: Double)
    /// x, or alpha · (eˣ − 1) where x < 0.
    case exponentialLinear(alpha: Double)
    /// x · Φ(x).
    case gelu
    /// x · sigmoid(2 √(2/π) (x + 0.044715 x³)).
    case geluTanh
    /// x · sigmoid(x).
    case silu
    /// 1 / (1 + e⁻ˣ).
    case sigmoid
    /// tanh x.
    case hyperbolicTangent

    /// Whether the derivative is computed from the input; else from the output.
    package var differentiatesInput: Bool {
        switch self {
        case .gelu, .geluTanh, .silu: true
        default: false
        }
    }

    var function: chardware_function {
        switch self {
        case .rectification: CHARDWARE_RELU
        case .leakyRectification: CHARDWARE_LEAKY_RELU
        case .exponentialLinear: CHARDWARE_ELU
        case .gelu: CHARDWARE_GELU
        case .geluTanh: CHARDWARE_GELU_TANH
        case .silu: CHARDWARE_SILU
        case .sigmoid: CHARDWARE_SIGMOID
        case .hyperbolicTangent: CHARDWARE_TANH
        }
    }

    private var parameter: Double {
        switch self {
        case .leakyRectification(let slope): slope
        case .exponentialLinear(let alpha): alpha
        default: 0
        }
    }

    // MARK: Buffers

    /// output = f(input); both may be the same buffer.
    package func forward<Scalar: BLASScalar>(
        count: Int, input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>, tiles: TileSet = .best,
        pool: WorkerPool
    ) {
        let shards = Shards(of: count, atLeast: RowShards.grain)
        pool.forEach(shards.shards) { shard, _ in
            let range = shards[shard]
            var activation = chardware_activation(
                function: function, parameter: parameter, source: input + range.lowerBound, gradients: nil,
                target: output + range.lowerBound, count: range.count)
            tiles.activate(&activation, as: Scalar.self)
        }
    }

    /// inputGradient = outputGradient · f′; both may be the same buffer.
    ///
    /// - Parameter values: The inputs where ``differentiatesInput``, else the outputs.
    package func backward<Scalar: BLASScalar>(
        count: Int, values: UnsafePointer<Scalar>, outputGradient: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, tiles: TileSet = .best, pool: WorkerPool
    ) {
        let shards = Shards(of: count, atLeast: RowShards.grain)
        pool.forEach(shards.shards) { shard, _ in
            let range = shards[shard]
            var activation = chardware_activation(
                function: function, parameter: parameter, source: values + range.lowerBound,
                gradients: outputGradient + range.lowerBound, target: inputGradient + range.lowerBound,
                count: range.count)
            tiles.activate(&activation, as: Scalar.self)
        }
    }
}

/// exp(x − shift) of neighbouring scalars.
package enum Exponentials {
    /// output[i] = exp(input[i] − shift); both may be the same buffer.
    package static func fill<Scalar: BLASScalar>(
        count: Int, input: UnsafePointer<Scalar>, shift: Scalar, output: UnsafeMutablePointer<Scalar>,
        tiles: TileSet = .best
    ) {
        var activation = chardware_activation(
            function: CHARDWARE_EXPONENTIAL, parameter: Double(shift), source: input, gradients: nil, target: output,
            count: count)
        tiles.activate(&activation, as: Scalar.self)
    }
}
