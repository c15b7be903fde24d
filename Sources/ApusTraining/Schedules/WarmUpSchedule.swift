import ApusParallel

/// A rate that rises along a straight line from `start` to 1 and goes on with another schedule, for which the training begins
/// after the warm-up. PyTorch's `LinearLR` followed by another in a `SequentialLR`.
public struct WarmUpSchedule: Schedule {
    /// The time of the rise, rounded to whole steps.
    public let length: ScheduleLength
    /// The factor of the first step.
    public let start: Double
    /// What follows.
    public let following: any Schedule

    /// A rise within `length`, followed by `following`.
    public init(_ length: ScheduleLength, from start: Double = 0, then following: any Schedule = ConstantSchedule()) {
        self.length = length
        self.start = start
        self.following = following
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(length.isPositive && start >= 0, "WarmUpSchedule: from \(start) within \(length)")
    }

    /// The factor at a time.
    public func factor(at position: SchedulePosition) -> Double {
        let steps = length.steps(at: position).rounded()
        if Double(position.step) < steps { return start + (1 - start) * Double(position.step) / steps }
        return following.factor(at: position.skipping(Int(steps)))
    }

    private enum CodingKeys: String, CodingKey { case length, start, following }

    /// Writes the schedule and what follows it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(length, forKey: .length)
        try container.encode(start, forKey: .start)
        try TrainingCoding.encode(following, to: container.superEncoder(forKey: .following))
    }

    /// Reads the schedule and what follows it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        length = try container.decode(ScheduleLength.self, forKey: .length)
        start = try container.decode(Double.self, forKey: .start)
        following = try TrainingCoding.schedule(from: container.superDecoder(forKey: .following))
    }
}
