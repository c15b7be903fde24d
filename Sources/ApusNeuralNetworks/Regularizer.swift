import ApusParallel

/// What is added to the loss so that weights stay small, as in Keras: `l1 · Σ |w| + l2 · Σ w²`, once a batch whatever its
/// size; its gradient is `l1 · sign(w) + 2 · l2 · w`.
public struct Regularizer: Sendable, Hashable, Codable, Validated {
    /// Factor of the sum of magnitudes.
    public let l1: Double
    /// Factor of the sum of squares.
    public let l2: Double

    /// `l1 · Σ |w| + l2 · Σ w²`.
    public init(l1: Double = 0, l2: Double = 0) {
        self.l1 = l1
        self.l2 = l2
        requireValid()
    }

    /// Reads a regularizer; throws a `DecodingError` where a factor is negative.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        l1 = try container.decode(Double.self, forKey: .l1)
        l2 = try container.decode(Double.self, forKey: .l2)
        try validated(decoder)
    }

    /// What is wrong with the factors, if anything.
    public var mistake: String? {
        unless(
            l1 >= 0 && l2 >= 0 && l1.isFinite && l2.isFinite,
            "Regularizer: l1 is \(l1), l2 is \(l2), expected finite factors of at least 0")
    }

    /// `factor · Σ |w|`.
    public static func l1(_ factor: Double) -> Regularizer { Regularizer(l1: factor) }
    /// `factor · Σ w²`.
    public static func l2(_ factor: Double) -> Regularizer { Regularizer(l2: factor) }
    /// `l1 · Σ |w| + l2 · Σ w²`.
    public static func l1l2(_ l1: Double, _ l2: Double) -> Regularizer { Regularizer(l1: l1, l2: l2) }
}
