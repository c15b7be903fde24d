import ApusParallel
import ApusTensors

/// How a parameter begins.
///
/// `n_in` and `n_out` are the fans as Keras counts them: of a dense kernel `[in, out]` its two extents, of a
/// convolution kernel `[height, width, in, out]` each of the last two times height × width.
public enum Initializer: Sendable, Hashable {
    /// All zero.
    case zeros
    /// All one.
    case ones
    /// All the same number.
    case constant(Double)
    /// Uniform in ±limit.
    case uniform(limit: Double)
    /// Normal with mean 0.
    case normal(deviation: Double)
    /// Normal with mean 0, drawn again beyond two of these deviations, as Keras's `TruncatedNormal`.
    case truncatedNormal(deviation: Double)
    /// Normal with mean 0 and standard deviation 1/√n_in.
    case gaussian
    /// Uniform in ±1/√n_in: PyTorch's default for the kernels of dense layers and convolutions.
    case fanInUniform
    /// Uniform in ±√(3 / n_in); LeCun et al. 1998.
    case lecunUniform
    /// Normal with standard deviation 1/√n_in, cut at two deviations as in Keras.
    case lecunNormal
    /// Uniform in ±√(6 / (n_in + n_out)); Glorot and Bengio 2010.
    case glorotUniform
    /// Normal with standard deviation √(2 / (n_in + n_out)), cut at two deviations as in Keras.
    case glorotNormal
    /// Uniform in ±√(6 / n_in); He et al. 2015.
    case heUniform
    /// Normal with standard deviation √(2 / n_in), cut at two deviations as in Keras.
    case heNormal
    /// `gain` times a matrix [all axes but the last, the last] with orthonormal columns, or rows where it has more
    /// columns: Saxe, McClelland and Ganguli 2014, by the QR factorization of a normal matrix as in Keras.
    case orthogonal(gain: Double = 1)
    /// The identity in the first filters of a convolution and what PyTorch's default makes of the others: output o ≤ in
    /// copies input o through the kernel's central tap (`torch.nn.init.dirac_` of the first n_in filters, as airbench
    /// does it).
    case dirac
}

extension Initializer {
    /// Why a parameter of so many axes cannot begin so, if it cannot.
    func mistake(rank: Int) -> String? {
        switch self {
        case .orthogonal: unless(rank >= 2, "Initializer.orthogonal: \(rank) axes, expected at least 2")
        case .dirac: unless(rank == 4, "Initializer.dirac: \(rank) axes, expected [height, width, in, out]")
        default: nil
        }
    }

    /// Those without a parameter, and their names in files.
    static let simple: [(name: String, initializer: Initializer)] = [
        ("zeros", .zeros), ("ones", .ones), ("gaussian", .gaussian), ("fanInUniform", .fanInUniform),
        ("lecunUniform", .lecunUniform), ("lecunNormal", .lecunNormal), ("glorotUniform", .glorotUniform),
        ("glorotNormal", .glorotNormal), ("heUniform", .heUniform), ("heNormal", .heNormal), ("dirac", .dirac),
    ]
}

/// An initializer without a parameter is written as its name, `"heNormal"`; one with a parameter as `{"initializer":
/// "constant", "value": 0.5}`.
extension Initializer: Codable {
    private enum CodingKeys: String, CodingKey { case initializer, value }

    /// Writes the initializer.
    public func encode(to encoder: any Encoder) throws {
        if let simple = Self.simple.first(where: { $0.initializer == self }) {
            var container = encoder.singleValueContainer()
            try container.encode(simple.name)
            return
        }
        let (name, value): (String, Double) =
            switch self {
            case .constant(let value): ("constant", value)
            case .uniform(let limit): ("uniform", limit)
            case .normal(let deviation): ("normal", deviation)
            case .truncatedNormal(let deviation): ("truncatedNormal", deviation)
            case .orthogonal(let gain): ("orthogonal", gain)
            default: ("", 0)
            }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .initializer)
        try container.encode(value, forKey: .value)
    }

    /// Reads an initializer; throws a `DecodingError` where it is unknown.
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            guard let simple = Self.simple.first(where: { $0.name == name }) else {
                throw Self.unknown(name, decoder)
            }
            self = simple.initializer
            return
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .initializer)
        let value = try container.decode(Double.self, forKey: .value)
        switch name {
        case "constant": self = .constant(value)
        case "uniform": self = .uniform(limit: value)
        case "normal": self = .normal(deviation: value)
        case "truncatedNormal": self = .truncatedNormal(deviation: value)
        case "orthogonal": self = .orthogonal(gain: value)
        default: throw Self.unknown(name, decoder)
        }
    }

    private static func unknown(_ name: String, _ decoder: any Decoder) -> DecodingError {
        let names = simple.map(\.name) + ["constant", "uniform", "normal", "truncatedNormal", "orthogonal"]
        return .dataCorrupted(
            .init(
                codingPath: decoder.codingPath,
                debugDescription: "unknown initializer \"\(name)\", expected one of \(names.joined(separator: ", "))"))
    }
}
