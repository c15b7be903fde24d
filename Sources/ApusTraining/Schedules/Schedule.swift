import ApusParallel

/// How the learning rate changes in the course of a training.
///
/// A schedule is a pure function of where the training stands, so that a resumed training needs no state of it. The rate of a
/// step is the optimizer's learning rate times the factor.
public protocol Schedule: Sendable, Codable, Validated {
    /// What the learning rate is multiplied with in the step that comes next.
    func factor(at position: SchedulePosition) -> Double
    /// Whether the factor is zero from a position to the training's end, so that what it scales need not be known; `false`
    /// by default.
    func isZero(from position: SchedulePosition) -> Bool
}

extension Schedule {
    /// Nothing is promised.
    public func isZero(from position: SchedulePosition) -> Bool { false }
}

/// Where a training stands before a step.
public struct SchedulePosition: Sendable {
    /// Finished steps.
    public var step: Int
    /// Steps of an epoch.
    public var stepsPerEpoch: Int
    /// Epochs in all.
    public var epochs: Int
    /// Finished epochs, in order.
    public var history: [EpochRecord]
    /// Steps at the training's beginning that are not counted here.
    private var skippedSteps = 0

    /// A position from its parts.
    public init(step: Int = 0, stepsPerEpoch: Int = 1, epochs: Int = 1, history: [EpochRecord] = []) {
        self.step = step
        self.stepsPerEpoch = stepsPerEpoch
        self.epochs = epochs
        self.history = history
    }

    /// Steps in all.
    public var steps: Int { stepsPerEpoch * epochs - skippedSteps }
    /// Finished epochs, the part of the current one included.
    public var epoch: Double { Double(step) / Double(stepsPerEpoch) }

    /// The position in what is left of the training after its first steps.
    func skipping(_ steps: Int) -> SchedulePosition {
        var position = self
        position.step -= steps
        position.skippedSteps += steps
        return position
    }
}
