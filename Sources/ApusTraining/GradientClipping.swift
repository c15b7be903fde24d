import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

/// Keeps gradients from growing too large before an optimizer sees them.
public enum GradientClipping: Sendable, Hashable, Validated {
    /// Every element is moved into −limit…limit, Keras's `clipvalue`.
    case value(Double)
    /// The gradient of every parameter whose norm is larger is scaled down to it, Keras's `clipnorm`.
    case norm(Double)
    /// All gradients together, if the norm of the whole is larger, are scaled down to it: Keras's `global_clipnorm`, PyTorch's
    /// `clip_grad_norm_` (Pascanu et al. 2013, arXiv 1211.5063).
    case globalNorm(Double)

    /// What is wrong with the limit, if anything.
    public var mistake: String? {
        switch self {
        case .value(let limit), .norm(let limit), .globalNorm(let limit):
            unless(limit > 0, "GradientClipping: the limit is \(limit), expected more than 0")
        }
    }

    /// Clips gradients in place. The result does not depend on the number of threads.
    package func apply(to gradients: ParameterBuffer<Float>, pool: WorkerPool) {
        let all = 0..<gradients.layout.count
        switch self {
        case .value(let limit):
            let limit = Float(limit)
            let shards = Shards(of: all.count, atLeast: 16_384)
            pool.forEach(shards.shards) { shard, _ in
                for index in shards[shard] {
                    let gradient = gradients.pointer[index]
                    // In this order NaN stays NaN, so that it shows in the loss.
                    gradients.pointer[index] = gradient > limit ? limit : gradient < -limit ? -limit : gradient
                }
            }
        case .norm(let limit):
            for entry in gradients.layout.entries { Self.scale(gradients, entry.range, to: limit, pool) }
        case .globalNorm(let limit):
            Self.scale(gradients, all, to: limit, pool)
        }
    }

    private static func scale(
        _ gradients: ParameterBuffer<Float>, _ range: Range<Int>, to limit: Double, _ pool: WorkerPool
    ) {
        let start = gradients.pointer + range.lowerBound
        let norm = ElementSums.squares(start, count: range.count, pool: pool).squareRoot()
        guard norm > limit else { return }
        let factor = Float(limit / norm)
        let shards = Shards(of: range.count, atLeast: 16_384)
        pool.forEach(shards.shards) { shard, _ in
            for index in shards[shard] { start[index] *= factor }
        }
    }
}

/// Written as `{"global_norm": 1}`.
extension GradientClipping: Codable {
    private enum CodingKeys: String, CodingKey {
        case value
        case norm
        case globalNorm = "global_norm"
    }

    /// Writes the limit under the name of what it limits.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .value(let limit): try container.encode(limit, forKey: .value)
        case .norm(let limit): try container.encode(limit, forKey: .norm)
        case .globalNorm(let limit): try container.encode(limit, forKey: .globalNorm)
        }
    }

    /// Reads a limit.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let limit = try container.decodeIfPresent(Double.self, forKey: .value) {
            self = .value(limit)
        } else if let limit = try container.decodeIfPresent(Double.self, forKey: .norm) {
            self = .norm(limit)
        } else {
            self = .globalNorm(try container.decode(Double.self, forKey: .globalNorm))
        }
    }
}
