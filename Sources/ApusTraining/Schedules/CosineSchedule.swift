import ApusParallel
import Foundation

/// A rate that falls along half a cosine wave, `floor + (1 − floor) · (1 + cos(π t / length)) / 2`, and stays at the floor
/// (Loshchilov and Hutter 2017, arXiv 1608.03983, without restarts).
public struct CosineSchedule: Schedule {
    /// The factor at the end.
    public let floor: Double
    /// The time of the fall.
    public let length: ScheduleLength

    /// A fall to `floor` within `length`.
    public init(floor: Double = 0, over length: ScheduleLength = .training) {
        self.floor = floor
        self.length = length
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(floor >= 0 && length.isPositive, "CosineSchedule: floor \(floor), \(length)")
    }

    /// The factor at a time.
    public func factor(at position: SchedulePosition) -> Double {
        floor + (1 - floor) * (1 + cos(.pi * length.progress(at: position))) / 2
    }
}
