import ApusParallel
import Foundation

/// A rate that falls at given times, PyTorch's `MultiStepLR`.
public struct MultiStepSchedule: Schedule {
    /// When the rate falls, in any order.
    public let milestones: [ScheduleLength]
    /// What each fall multiplies the rate with.
    public let decay: Double

    /// A fall to a tenth at every milestone, or by another factor.
    public init(at milestones: [ScheduleLength], decay: Double = 0.1) {
        self.milestones = milestones
        self.decay = decay
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(decay >= 0, "MultiStepSchedule: decay is \(decay), expected at least 0")
    }

    /// What is left after the milestones that have been reached.
    public func factor(at position: SchedulePosition) -> Double {
        pow(decay, Double(milestones.count { Double(position.step) >= $0.steps(at: position) }))
    }
}
