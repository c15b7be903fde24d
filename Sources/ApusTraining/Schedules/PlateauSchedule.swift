import ApusParallel

/// A rate that falls when epochs bring nothing new, by the rules of PyTorch's `ReduceLROnPlateau`: after more than `patience`
/// epochs in a row without a score that is better than the best by the share `threshold`, the rate is multiplied with
/// `decay`, and for `cooldown` epochs nothing is counted. It follows from the finished epochs alone.
public struct PlateauSchedule: Schedule {
    /// What is watched, of the validation examples where there are any, else of the training examples.
    public enum Quantity: String, Sendable, Codable, CaseIterable {
        /// The loss, which shall fall.
        case loss
        /// The accuracy, which shall rise.
        case accuracy
    }

    /// What is watched.
    public let quantity: Quantity
    /// What each fall multiplies the rate with.
    public let decay: Double
    /// Epochs without progress that are borne.
    public let patience: Int
    /// The share by which a score must be better to count.
    public let threshold: Double
    /// Epochs after a fall that are not counted.
    public let cooldown: Int
    /// The factor below which the rate does not fall.
    public let floor: Double

    /// A schedule with PyTorch's defaults.
    public init(
        _ quantity: Quantity = .loss, decay: Double = 0.1, patience: Int = 10, threshold: Double = 1e-4,
        cooldown: Int = 0, floor: Double = 0
    ) {
        self.quantity = quantity
        self.decay = decay
        self.patience = patience
        self.threshold = threshold
        self.cooldown = cooldown
        self.floor = floor
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            (0..<1).contains(decay) && patience >= 0 && threshold >= 0 && cooldown >= 0 && floor >= 0,
            "PlateauSchedule: decay \(decay), patience \(patience), threshold \(threshold), cooldown \(cooldown), "
                + "floor \(floor)")
    }

    /// What is left after the epochs so far.
    public func factor(at position: SchedulePosition) -> Double {
        var (factor, best, bad, cooling) = (1.0, Double?.none, 0, 0)
        for record in position.history {
            let score = record.validation ?? record.train
            let value = quantity == .loss ? score.loss : score.accuracy ?? .nan
            if isBetter(value, than: best) {
                best = value
                bad = 0
            } else {
                bad += 1
            }
            if cooling > 0 {
                cooling -= 1
                bad = 0
            }
            if bad > patience {
                factor = max(factor * decay, floor)
                cooling = cooldown
                bad = 0
            }
        }
        return factor
    }

    private func isBetter(_ value: Double, than best: Double?) -> Bool {
        guard let best else { return !value.isNaN }
        return quantity == .loss ? value < best * (1 - threshold) : value > best * (1 + threshold)
    }
}
