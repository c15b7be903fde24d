/// The same rate from the first step to the last.
public struct ConstantSchedule: Schedule {
    /// The factor of every step.
    public let value: Double

    /// The optimizer's own rate, or a multiple of it.
    public init(_ value: Double = 1) { self.value = value }

    /// Always ``value``.
    public func factor(at position: SchedulePosition) -> Double { value }
}
