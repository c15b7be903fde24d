import ApusParallel
import Foundation

/// A rate that rises to the optimizer's learning rate and falls to almost nothing within one training (Smith and Topin 2018,
/// arXiv 1708.07120), in the two phases of PyTorch's `OneCycleLR`: from 1 / initialDivisor up to 1 in the first part, down to
/// 1 / (initialDivisor · finalDivisor) in the last step.
public struct OneCycleSchedule: Schedule {
    /// The form of rise and fall.
    public enum Form: String, Sendable, Codable, CaseIterable {
        /// Half a cosine wave.
        case cosine
        /// A straight line.
        case linear
    }

    /// Share of the training in which the rate rises.
    public let rise: Double
    /// What the peak is divided by for the first step.
    public let initialDivisor: Double
    /// What the first step's rate is divided by for the last.
    public let finalDivisor: Double
    /// The form of rise and fall.
    public let form: Form
    /// The time of the cycle, after which the last rate stays.
    public let length: ScheduleLength

    /// A cycle with PyTorch's defaults.
    public init(
        rise: Double = 0.3, initialDivisor: Double = 25, finalDivisor: Double = 1e4, form: Form = .cosine,
        over length: ScheduleLength = .training
    ) {
        self.rise = rise
        self.initialDivisor = initialDivisor
        self.finalDivisor = finalDivisor
        self.form = form
        self.length = length
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0...1).contains(rise), "OneCycleSchedule: rise is \(rise), expected a share of 0 to 1")
            ?? unless(
                initialDivisor > 0 && finalDivisor > 0 && length.isPositive,
                "OneCycleSchedule: divisors \(initialDivisor) and \(finalDivisor), \(length)")
    }

    /// The factor at a time.
    public func factor(at position: SchedulePosition) -> Double {
        let steps = length.steps(at: position)
        let (peak, last) = (rise * steps - 1, steps - 1)
        let step = min(Double(position.step), last)
        let first = 1 / initialDivisor
        if step <= peak { return blend(first, 1, peak > 0 ? step / peak : 1) }
        return blend(1, first / finalDivisor, last > peak ? (step - peak) / (last - peak) : 1)
    }

    private func blend(_ start: Double, _ end: Double, _ share: Double) -> Double {
        form == .linear ? start + (end - start) * share : end + (start - end) * (1 + cos(.pi * share)) / 2
    }
}
