import ApusParallel

/// A rate along straight lines between knots, constant before the first and after the last.
///
/// ```swift
/// PiecewiseLinearSchedule([.init(at: .steps(0), 1), .init(at: .training, 0)])  // falls to zero
/// ```
public struct PiecewiseLinearSchedule: Schedule {
    /// A point of the line.
    public struct Knot: Sendable, Hashable, Codable {
        /// When.
        public let time: ScheduleLength
        /// The factor then.
        public let factor: Double

        /// A factor at a time.
        public init(at time: ScheduleLength, _ factor: Double) {
            self.time = time
            self.factor = factor
        }
    }

    /// The points, in the order of time.
    public let knots: [Knot]

    /// A line through at least one knot.
    public init(_ knots: [Knot]) {
        self.knots = knots
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(!knots.isEmpty, "PiecewiseLinearSchedule: no knots, expected at least one")
    }

    /// A fall to zero within `length`.
    public static func toZero(over length: ScheduleLength = .training) -> PiecewiseLinearSchedule {
        PiecewiseLinearSchedule([Knot(at: .steps(0), 1), Knot(at: length, 0)])
    }

    /// Whether the last knot is reached and zero.
    public func isZero(from position: SchedulePosition) -> Bool {
        knots.last.map { $0.factor == 0 && Double(position.step) >= $0.time.steps(at: position) } ?? false
    }

    /// The factor at a time.
    public func factor(at position: SchedulePosition) -> Double {
        let step = Double(position.step)
        guard let next = knots.firstIndex(where: { $0.time.steps(at: position) > step }) else {
            return knots.last?.factor ?? 1
        }
        if next == 0 { return knots[0].factor }
        let (left, right) = (knots[next - 1], knots[next])
        let (start, end) = (left.time.steps(at: position), right.time.steps(at: position))
        return left.factor + (right.factor - left.factor) * (step - start) / (end - start)
    }
}
