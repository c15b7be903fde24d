import ApusParallel
import Foundation

/// A rate that falls at regular intervals: `decay^⌊t / interval⌋`, PyTorch's `StepLR`.
public struct StepSchedule: Schedule {
    /// Time from one fall to the next.
    public let interval: ScheduleLength
    /// What each fall multiplies the rate with.
    public let decay: Double

    /// A fall to a tenth after every `interval`, or by another factor.
    public init(every interval: ScheduleLength, decay: Double = 0.1) {
        self.interval = interval
        self.decay = decay
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(interval.isPositive && decay >= 0, "StepSchedule: decay \(decay) every \(interval)")
    }

    /// What is left after the falls so far.
    public func factor(at position: SchedulePosition) -> Double {
        pow(decay, interval.periods(at: position).rounded(.down))
    }
}
