import ApusTraining
import Foundation
import Testing

/// Schedules as command lines have them.
@Suite struct ScheduleTextTests {
    private func json(_ schedule: any Schedule) throws -> NSDictionary? {
        try JSONSerialization.jsonObject(with: JSONEncoder().encode(schedule)) as? NSDictionary
    }

    @Test(
        arguments: [
            ("constant", ConstantSchedule()),
            ("step:30", StepSchedule(every: .epochs(30), decay: 0.1)),
            ("step:30:0.5", StepSchedule(every: .epochs(30), decay: 0.5)),
            ("multi-step:30-60-80:0.2", MultiStepSchedule(at: [.epochs(30), .epochs(60), .epochs(80)], decay: 0.2)),
            ("exponential:0.9", ExponentialSchedule(decay: 0.9)),
            ("polynomial:2", PolynomialSchedule(power: 2)),
            ("cosine:0.05", CosineSchedule(floor: 0.05)),
            ("one-cycle:0.4", OneCycleSchedule(rise: 0.4)),
            ("triangular:4", TriangularSchedule(rise: .epochs(4), floor: 0.1)),
            ("restarts:5:2", WarmRestartsSchedule(first: .epochs(5), growth: 2)),
            ("plateau:3:0.25", PlateauSchedule(decay: 0.25, patience: 3)),
        ] as [(String, any Schedule)])
    func schedules(text: String, schedule: any Schedule) throws {
        let read = try ScheduleText.schedule(text)
        #expect(type(of: read) == type(of: schedule))
        #expect(try json(read) == json(schedule))
        let warmed = try ScheduleText.schedule(text, warmUp: 2)
        #expect(try json(warmed) == json(WarmUpSchedule(.epochs(2), then: schedule)))
    }

    @Test(arguments: [
        ("step", "step: there is no number of epochs, expected step:EPOCHS"),
        ("step:x", #"step:x: number of epochs is "x", expected a number"#),
        ("restarts:-1", "restarts:-1: number of epochs is -1.0, expected more than 0"),
        ("exponential", "exponential: there is no factor, expected exponential:FACTOR"),
        ("multi-step:3-x", #"multi-step:3-x: an epoch is "x", expected numbers over 0 such as 30-60-80"#),
        ("cosine:2", "cosine:2: floor is 2.0, expected 0 to 1"),
        ("restarts:5:0.5", "restarts:5:0.5: growth is 0.5, expected at least 1"),
        ("plateau:-1", "plateau:-1: expected a patience of at least 0 and a factor under 1"),
        ("constant:1", #"constant:1: there is "1" after the last argument of constant"#),
        ("linear", #"unknown schedule "linear", expected one of constant, step"#),
    ])
    func sentences(text: String, sentence: String) {
        let error = #expect(throws: ScheduleTextError.self) { try ScheduleText.schedule(text) }
        #expect(error?.description.hasPrefix(sentence) == true, "\(String(describing: error))")
    }
}
