import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors

/// A function applied to a layer's output.
///
/// In Float all but the softmax's normalization run in vectors. The largest errors, in units in the last place (ulp) of
/// the result, over all floats and instruction sets against the C library's double precision:
///
/// | Function | Largest error |
/// |---|---|
/// | ``elu(alpha:)`` with alpha 1 | 1 ulp |
/// | ``gelu`` | 8 ulp |
/// | ``geluTanh``, ``silu`` | 3.5 ulp |
/// | ``tanh`` | 3 ulp |
/// | ``sigmoid`` | 2.5 ulp |
/// | the exponential in ``softmax`` | 1.1 ulp |
/// | derivatives of ``gelu``, ``geluTanh`` and ``silu``, which have a zero | 2⁻²² |
///
/// Denormal numbers count as zero, and results that would be denormal become zero.
public enum ActivationFunction: Sendable, Hashable {
    /// The identity.
    case linear
    /// max(0, x).
    case relu
    /// x where x > 0, else slope · x; Maas et al. 2013. The slope is not negative; Keras's is 0.3.
    case leakyReLU(slope: Double = 0.3)
    /// x where x > 0, else alpha · (eˣ − 1); Clevert et al. 2016. Alpha is not negative.
    case elu(alpha: Double = 1)
    /// x · Φ(x), Φ the distribution function of the normal distribution: the exact form of Hendrycks and Gimpel 2016.
    case gelu
    /// x · sigmoid(2 √(2/π) · (x + 0.044715 x³)) = x / 2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))): their approximation.
    case geluTanh
    /// x · sigmoid(x), also called swish; Elfwing et al. 2018.
    case silu
    /// 1 / (1 + e⁻ˣ).
    case sigmoid
    /// tanh x.
    case tanh
    /// exp(xᵢ) / Σⱼ exp(xⱼ) over the last axis.
    case softmax

    func lower<Scalar: BLASScalar>(_ input: Value, into builder: inout PlanBuilder<Scalar>) -> Value {
        switch self {
        case .linear:
            return input
        case .softmax:
            let output = builder.value(input.shape)
            builder.add(SoftmaxStep<Scalar>(input: input, output: output))
            return output
        case .relu:
            if let output = builder.absorb(.rectification, of: input, shape: input.shape) { return output }
            let output = builder.valueOverwriting(input)
            builder.add(RectifiedLinearStep<Scalar>(input: input, output: output))
            return output
        case .leakyReLU(let slope):
            require(slope >= 0, "Activation: slope of leakyReLU is \(slope), expected at least 0")
            return lower(.leakyRectification(slope: slope), "leaky ReLU", input, into: &builder)
        case .elu(let alpha):
            require(alpha >= 0, "Activation: alpha of elu is \(alpha), expected at least 0")
            return lower(.exponentialLinear(alpha: alpha), "ELU", input, into: &builder)
        case .gelu: return lower(.gelu, "GELU", input, into: &builder)
        case .geluTanh: return lower(.geluTanh, "GELU (tanh)", input, into: &builder)
        case .silu: return lower(.silu, "SiLU", input, into: &builder)
        case .sigmoid: return lower(.sigmoid, "sigmoid", input, into: &builder)
        case .tanh: return lower(.hyperbolicTangent, "tanh", input, into: &builder)
        }
    }

    private func lower<Scalar: BLASScalar>(
        _ function: ElementwiseActivation, _ operation: String, _ input: Value, into builder: inout PlanBuilder<Scalar>
    ) -> Value {
        if let output = builder.absorb(.activation(function), of: input, shape: input.shape) { return output }
        let needsInput = builder.isTraining && function.differentiatesInput
        let output = needsInput ? builder.value(input.shape) : builder.valueOverwriting(input)
        builder.add(ActivationStep<Scalar>(function: function, operation: operation, input: input, output: output))
        return output
    }
}

/// A function without parameters is written as its name, `"relu"`; one with a parameter as `{"function": "leaky_relu",
/// "slope": 0.3}`.
extension ActivationFunction: Codable {
    private enum CodingKeys: String, CodingKey { case function, slope, alpha }

    private static let simple: [(name: String, function: ActivationFunction)] = [
        ("linear", .linear), ("relu", .relu), ("gelu", .gelu), ("gelu_tanh", .geluTanh), ("silu", .silu),
        ("sigmoid", .sigmoid), ("tanh", .tanh), ("softmax", .softmax),
    ]

    /// The function's name as Keras has it: "relu", "leaky_relu".
    public var keyword: String {
        switch self {
        case .leakyReLU: "leaky_relu"
        case .elu: "elu"
        default: Self.simple.first { $0.function == self }?.name ?? ""
        }
    }

    /// Writes the function.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .leakyReLU(let slope):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(keyword, forKey: .function)
            try container.encode(slope, forKey: .slope)
        case .elu(let alpha):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(keyword, forKey: .function)
            try container.encode(alpha, forKey: .alpha)
        default:
            var container = encoder.singleValueContainer()
            try container.encode(keyword)
        }
    }

    /// Reads a function; throws a `DecodingError` where it is unknown or its parameter is negative.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            guard let known = Self.simple.first(where: { $0.name == name }) else { throw Self.unknown(name, decoder) }
            self = known.function
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .function)
        func parameter(_ key: CodingKeys) throws -> Double {
            let value = try container.decode(Double.self, forKey: key)
            if !(value >= 0) {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container,
                    debugDescription: "\(key.rawValue) of \(name) is \(value), expected at least 0")
            }
            return value
        }
        switch name {
        case "leaky_relu": self = .leakyReLU(slope: try parameter(.slope))
        case "elu": self = .elu(alpha: try parameter(.alpha))
        default: throw Self.unknown(name, decoder)
        }
    }

    private static func unknown(_ name: String, _ decoder: any Decoder) -> DecodingError {
        let names = (simple.map(\.name) + ["leaky_relu", "elu"]).joined(separator: ", ")
        return .dataCorrupted(
            .init(
                codingPath: decoder.codingPath,
                debugDescription: "unknown activation \"\(name)\", expected one of \(names)"))
    }
}
