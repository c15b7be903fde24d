import ApusParallel
import Foundation

/// A rate that falls along a power of the time that is left: `end + (1 − end) · (1 − t / length)^power`, and stays at the end.
/// Keras's `PolynomialDecay`; with an end of 0 PyTorch's `PolynomialLR`.
public struct PolynomialSchedule: Schedule {
    /// 1 falls along a straight line.
    public let power: Double
    /// The factor at the end.
    public let end: Double
    /// The time of the fall.
    public let length: ScheduleLength

    /// A fall to `end` within `length`.
    public init(power: Double = 1, end: Double = 0, over length: ScheduleLength = .training) {
        self.power = power
        self.end = end
        self.length = length
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(power > 0 && end >= 0 && length.isPositive, "PolynomialSchedule: power \(power), end \(end), \(length)")
    }

    /// The factor at a time.
    public func factor(at position: SchedulePosition) -> Double {
        end + (1 - end) * pow(1 - length.progress(at: position), power)
    }
}
