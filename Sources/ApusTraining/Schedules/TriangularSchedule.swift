import ApusParallel
import Foundation

/// A rate that rises and falls again and again between `floor` and 1 along straight lines (Smith 2017, arXiv 1506.01186),
/// PyTorch's `CyclicLR`.
public struct TriangularSchedule: Schedule {
    /// Time from the floor to the peak.
    public let rise: ScheduleLength
    /// Time from the peak to the floor.
    public let fall: ScheduleLength
    /// The lowest factor.
    public let floor: Double
    /// What the height over the floor is multiplied with from cycle to cycle: 1 keeps it ("triangular"), 0.5 halves it
    /// ("triangular2").
    public let decay: Double

    /// A rise in `rise` and a fall in `fall`, by default as long.
    public init(rise: ScheduleLength, fall: ScheduleLength? = nil, floor: Double, decay: Double = 1) {
        let fall = fall ?? rise
        self.rise = rise
        self.fall = fall
        self.floor = floor
        self.decay = decay
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            rise.isPositive && fall.isPositive && floor >= 0 && decay > 0,
            "TriangularSchedule: rise \(rise), fall \(fall), floor \(floor), decay \(decay)")
    }

    /// The factor at a time.
    public func factor(at position: SchedulePosition) -> Double {
        let (rise, fall) = (rise.steps(at: position), fall.steps(at: position))
        let cycle = (Double(position.step) / (rise + fall)).rounded(.down)
        let time = Double(position.step) - cycle * (rise + fall)
        let height = time <= rise ? time / rise : (rise + fall - time) / fall
        return floor + (1 - floor) * height * pow(decay, cycle)
    }
}
