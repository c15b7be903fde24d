import ApusTensors

/// Why text describes no schedule, as a sentence without a full stop.
public struct ScheduleTextError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was found and what was expected.
    public let description: String
}

/// Schedules as text, for command lines: a name, and its arguments after colons. Lengths are in epochs.
///
/// | Schedule | Arguments |
/// |---|---|
/// | `constant` | none |
/// | `step:EPOCHS` | `step:EPOCHS:FACTOR`, by default 0.1 |
/// | `multi-step:EPOCH-EPOCH…` | `multi-step:30-60-80:FACTOR`, by default 0.1 |
/// | `exponential:FACTOR` | the factor of each epoch |
/// | `polynomial` | `polynomial:POWER`, by default 1: linear to zero |
/// | `cosine` | `cosine:FLOOR`, by default 0 |
/// | `one-cycle` | `one-cycle:RISE`, the share that the rate rises for, by default 0.3 |
/// | `triangular:EPOCHS` | `triangular:EPOCHS:FLOOR`, the length of a rise, by default from 0.1 |
/// | `restarts:EPOCHS` | `restarts:EPOCHS:GROWTH`, by default 1 |
/// | `plateau` | `plateau:PATIENCE:FACTOR`, by default 10 epochs and 0.1 |
public enum ScheduleText {
    /// The names of all schedules.
    public static let names = [
        "constant", "step", "multi-step", "exponential", "polynomial", "cosine", "one-cycle", "triangular", "restarts",
        "plateau",
    ]

    /// Reads a schedule.
    ///
    /// - Parameters:
    ///   - text: As the table says.
    ///   - warmUp: Epochs in which the rate first rises linearly from zero.
    public static func schedule(_ text: String, warmUp: Double = 0) throws(ScheduleTextError) -> any Schedule {
        do {
            let schedule = try schedule(text)
            return warmUp > 0 ? WarmUpSchedule(.epochs(warmUp), then: schedule) : schedule
        } catch {
            throw ScheduleTextError(description: error.description)
        }
    }

    private static func schedule(_ text: String) throws(NamedArguments.Mistake) -> any Schedule {
        var words = NamedArguments(text)
        let schedule: any Schedule
        switch words.name {
        case "constant": schedule = ConstantSchedule()
        case "step":
            schedule = StepSchedule(
                every: .epochs(try words.positive("number of epochs")), decay: try words.positive("factor", or: 0.1))
        case "multi-step":
            schedule = MultiStepSchedule(at: try words.milestones(), decay: try words.positive("factor", or: 0.1))
        case "exponential": schedule = ExponentialSchedule(decay: try words.positive("factor"))
        case "polynomial": schedule = PolynomialSchedule(power: try words.positive("power", or: 1))
        case "cosine": schedule = CosineSchedule(floor: try words.share("floor", or: 0))
        case "one-cycle": schedule = OneCycleSchedule(rise: try words.share("rise", or: 0.3))
        case "triangular":
            schedule = TriangularSchedule(
                rise: .epochs(try words.positive("number of epochs")), floor: try words.share("floor", or: 0.1))
        case "restarts":
            let (first, growth) = (try words.positive("number of epochs"), try words.positive("growth", or: 1))
            if growth < 1 { throw words.mistake("growth is \(growth), expected at least 1") }
            schedule = WarmRestartsSchedule(first: .epochs(first), growth: growth)
        case "plateau":
            let (patience, factor) = (try words.integer("patience", or: 10), try words.share("factor", or: 0.1))
            if patience < 0 || factor >= 1 {
                throw words.mistake("expected a patience of at least 0 and a factor under 1")
            }
            schedule = PlateauSchedule(decay: factor, patience: patience)
        default:
            throw NamedArguments.Mistake(
                description: "unknown schedule \"\(words.name)\", expected one of \(names.joined(separator: ", "))")
        }
        try words.checkEnd()
        return schedule
    }
}

extension NamedArguments {
    fileprivate mutating func positive(_ what: String, or standard: Double? = nil) throws(Mistake) -> Double {
        let number = try number(what, or: standard)
        if number <= 0 { throw mistake("\(what) is \(number), expected more than 0") }
        return number
    }

    fileprivate mutating func share(_ what: String, or standard: Double) throws(Mistake) -> Double {
        let number = try number(what, or: standard)
        if !(0...1).contains(number) { throw mistake("\(what) is \(number), expected 0 to 1") }
        return number
    }

    fileprivate mutating func milestones() throws(Mistake) -> [ScheduleLength] {
        let words = (word() ?? "").split(separator: "-", omittingEmptySubsequences: false)
        var epochs: [ScheduleLength] = []
        for word in words {
            guard let epoch = Double(word), epoch > 0, epoch.isFinite else {
                throw mistake("an epoch is \"\(word)\", expected numbers over 0 such as 30-60-80")
            }
            epochs.append(.epochs(epoch))
        }
        return epochs
    }
}
