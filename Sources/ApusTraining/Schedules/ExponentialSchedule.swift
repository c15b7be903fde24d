import ApusParallel
import Foundation

/// A rate that falls by the same factor in equal times: `decay^(t / interval)`. At every full interval it is PyTorch's
/// `ExponentialLR`; between them it is Keras's `ExponentialDecay`.
public struct ExponentialSchedule: Schedule {
    /// What an interval multiplies the rate with.
    public let decay: Double
    /// The time in which the rate falls by ``decay``.
    public let interval: ScheduleLength

    /// A rate that falls by `decay` in an epoch or another time.
    public init(decay: Double, per interval: ScheduleLength = .epochs(1)) {
        self.decay = decay
        self.interval = interval
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(interval.isPositive && decay > 0, "ExponentialSchedule: decay \(decay) per \(interval)")
    }

    /// What is left at a time.
    public func factor(at position: SchedulePosition) -> Double { pow(decay, interval.periods(at: position)) }
}
