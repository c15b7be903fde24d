/// How long a part of a schedule lasts. Written as `{"steps": 500}`, `{"epochs": 2.5}` or `{"fraction": 0.3}`.
public enum ScheduleLength: Sendable, Hashable {
    /// Steps of the optimizer.
    case steps(Int)
    /// Passes over the training examples, also parts of one.
    case epochs(Double)
    /// A share of the whole training.
    case fraction(Double)

    /// The whole training.
    public static var training: ScheduleLength { .fraction(1) }

    /// The length in steps, which need not be whole.
    func steps(at position: SchedulePosition) -> Double {
        switch self {
        case .steps(let steps): Double(steps)
        case .epochs(let epochs): epochs * Double(position.stepsPerEpoch)
        case .fraction(let fraction): fraction * Double(position.steps)
        }
    }

    /// Which share of the length is over, from 0 to 1.
    func progress(at position: SchedulePosition) -> Double {
        let steps = steps(at: position)
        return steps > 0 ? min(max(Double(position.step) / steps, 0), 1) : 1
    }

    /// How many times the length has passed.
    func periods(at position: SchedulePosition) -> Double {
        let steps = steps(at: position)
        return steps > 0 ? Double(position.step) / steps : 0
    }

    var isPositive: Bool {
        switch self {
        case .steps(let steps): steps > 0 && steps <= 1 << 53
        // Far from where a product with the steps of an epoch is no Int any more.
        case .epochs(let length), .fraction(let length): length > 0 && length <= 1e9
        }
    }
}

extension ScheduleLength: Codable {
    private enum CodingKeys: String, CodingKey { case steps, epochs, fraction }

    /// Writes the length under the name of its unit.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .steps(let steps): try container.encode(steps, forKey: .steps)
        case .epochs(let epochs): try container.encode(epochs, forKey: .epochs)
        case .fraction(let fraction): try container.encode(fraction, forKey: .fraction)
        }
    }

    /// Reads a length; throws a `DecodingError` where its unit is unknown.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let steps = try container.decodeIfPresent(Int.self, forKey: .steps) {
            self = .steps(steps)
        } else if let epochs = try container.decodeIfPresent(Double.self, forKey: .epochs) {
            self = .epochs(epochs)
        } else {
            self = .fraction(try container.decode(Double.self, forKey: .fraction))
        }
    }
}
