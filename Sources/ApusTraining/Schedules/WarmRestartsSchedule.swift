import ApusParallel
import Foundation

/// A rate that falls along half a cosine wave and begins anew again and again, each time `growth` times as long as before
/// (SGDR, Loshchilov and Hutter 2017, arXiv 1608.03983), PyTorch's `CosineAnnealingWarmRestarts`.
public struct WarmRestartsSchedule: Schedule {
    /// The time of the first fall.
    public let first: ScheduleLength
    /// How much longer each fall is than the one before.
    public let growth: Double
    /// The lowest factor.
    public let floor: Double

    /// Falls of which the first lasts `first`.
    public init(first: ScheduleLength, growth: Double = 1, floor: Double = 0) {
        self.first = first
        self.growth = growth
        self.floor = floor
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            first.isPositive && growth >= 1 && floor >= 0,
            "WarmRestartsSchedule: first \(first), growth \(growth), floor \(floor)")
    }

    /// The factor at a time.
    public func factor(at position: SchedulePosition) -> Double {
        var length = first.steps(at: position)
        if length <= 0 { return 1 }
        var time = Double(position.step)
        if growth > 1 {
            while time >= length {
                time -= length
                length *= growth
            }
        } else {
            time -= (time / length).rounded(.down) * length
        }
        return floor + (1 - floor) * (1 + cos(.pi * time / length)) / 2
    }
}
