import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// Schedules against `torch.optim.lr_scheduler` over 50 steps (`Tests/Support/reference/schedules.py`).
@Suite struct ScheduleTests {
    static let cases: [(name: String, schedule: any Schedule)] = [
        ("step", StepSchedule(every: .steps(7), decay: 0.5)),
        ("multi_step", MultiStepSchedule(at: [.steps(5), .steps(20), .steps(21), .steps(44)], decay: 0.3)),
        ("exponential", ExponentialSchedule(decay: 0.9, per: .steps(1))),
        ("polynomial", PolynomialSchedule(power: 1.7, over: .steps(40))),
        ("cosine", CosineSchedule(floor: 0.05)),
        ("warm_up", WarmUpSchedule(.steps(8), from: 0.1, then: CosineSchedule())),
        ("one_cycle", OneCycleSchedule(over: .steps(51))),
        (
            "one_cycle_linear",
            OneCycleSchedule(
                rise: 0.25, initialDivisor: 10, finalDivisor: 100, form: .linear, over: .steps(51))
        ),
        ("triangular", TriangularSchedule(rise: .steps(8), fall: .steps(5), floor: 0.1)),
        ("triangular_halved", TriangularSchedule(rise: .steps(6), floor: 0.1, decay: 0.5)),
        ("warm_restarts", WarmRestartsSchedule(first: .steps(6), growth: 2, floor: 0.1)),
        ("warm_restarts_even", WarmRestartsSchedule(first: .steps(7))),
        (
            "plateau", PlateauSchedule(decay: 0.3, patience: 3, threshold: 1e-3, cooldown: 2, floor: 0.02)
        ),
        ("plateau_accuracy", PlateauSchedule(.accuracy, decay: 0.5, patience: 2)),
    ]

    private let file: SafetensorsFile

    init() throws { file = try SafetensorsFile(path: Fixture.path("schedules.safetensors")) }

    /// Epochs of one step with the fixture's losses and accuracies; trained on as badly as can be.
    private func history() throws -> [EpochRecord] {
        let losses = try file.scalars(named: "losses", as: Double.self)
        let accuracies = try file.scalars(named: "accuracies", as: Double.self)
        return zip(losses, accuracies).enumerated().map { index, scores in
            EpochRecord(
                epoch: index + 1, train: Score(loss: 9, accuracy: 0),
                validation: Score(loss: scores.0, accuracy: scores.1), seconds: 1, imagesPerSecond: 1)
        }
    }

    private func factors(_ schedule: any Schedule) throws -> [Double] {
        let history = try history()
        return (0..<50).map { step in
            schedule.factor(
                at: SchedulePosition(step: step, stepsPerEpoch: 1, epochs: 50, history: Array(history[..<step])))
        }
    }

    @Test(arguments: cases.indices) func agreesWithPyTorch(_ index: Int) throws {
        let (name, schedule) = Self.cases[index]
        // PyTorch multiplies from step to step, which costs some digits.
        expectClose(
            try factors(schedule), try file.scalars(named: name, as: Double.self), relative: 1e-12, "\(name)")
    }

    @Test(arguments: cases.indices) func survivesBeingWritten(_ index: Int) throws {
        let (_, schedule) = Self.cases[index]
        var settings = TrainingSettings()
        settings.schedule = schedule
        let read = try JSONDecoder().decode(TrainingSettings.self, from: JSONEncoder().encode(settings))
        #expect(type(of: read.schedule) == type(of: schedule))
        #expect(try factors(read.schedule) == factors(schedule))
    }

    /// Times in epochs and shares are the same as those in steps.
    @Test func lengths() throws {
        func factor(_ length: ScheduleLength, _ step: Int) -> Double {
            PolynomialSchedule(over: length).factor(
                at: SchedulePosition(step: step, stepsPerEpoch: 8, epochs: 10))
        }
        for step in 0..<80 {
            #expect(factor(.steps(20), step) == factor(.epochs(2.5), step))
            #expect(factor(.steps(20), step) == factor(.fraction(0.25), step))
            #expect(factor(.training, step) == 1 - Double(step) / 80)
        }
        #expect(factor(.steps(20), 10) == 0.5 && factor(.steps(20), 20) == 0)
    }

    @Test func stepsFallAtTheEpochsEnd() {
        let schedule = StepSchedule(every: .epochs(3))
        let factors = (0..<90).map {
            schedule.factor(at: SchedulePosition(step: $0, stepsPerEpoch: 10, epochs: 9))
        }
        #expect(factors[29] == 1 && factors[30] == 0.1 && abs(factors[89] - 0.01) < 1e-15)
    }

    @Test func linesBetweenKnots() {
        let schedule = PiecewiseLinearSchedule([
            .init(at: .steps(2), 0.5), .init(at: .epochs(1), 1), .init(at: .training, 0),
        ])
        let factors = [0, 2, 3, 4, 8, 12, 13].map {
            schedule.factor(at: SchedulePosition(step: $0, stepsPerEpoch: 4, epochs: 3))
        }
        #expect(factors == [0.5, 0.5, 0.75, 1, 0.5, 0, 0])
        let fall = PiecewiseLinearSchedule.toZero()
        #expect(fall.factor(at: SchedulePosition(step: 50, stepsPerEpoch: 25, epochs: 8)) == 0.75)
    }

    /// The last step of a training has the lowest rate, and more steps than planned do no harm.
    @Test func aCycleEndsWithTheTraining() {
        let schedule = OneCycleSchedule()
        func factor(_ step: Int) -> Double {
            schedule.factor(at: SchedulePosition(step: step, stepsPerEpoch: 10, epochs: 2))
        }
        #expect(abs(factor(0) - 0.04) < 1e-15)
        #expect(factor(5) == 1)
        #expect(abs(factor(19) - 0.04e-4) < 1e-18 && factor(25) == factor(19))
    }

    @Test func withoutValidationTheTrainingIsWatched() {
        let records = (1...6).map {
            EpochRecord(epoch: $0, train: Score(loss: 1, accuracy: nil), seconds: 1, imagesPerSecond: 1)
        }
        let schedule = PlateauSchedule(patience: 2)
        let factors = (0...6).map { schedule.factor(at: SchedulePosition(history: Array(records[..<$0]))) }
        #expect(factors == [1, 1, 1, 1, 0.1, 0.1, 0.1])
    }

    /// Accuracies that rise by less than a tenth are no progress.
    @Test func anAccuracyMustRiseByTheThreshold() {
        let records = [0.5, 0.52, 0.54, 0.56, 0.7].enumerated().map {
            EpochRecord(
                epoch: $0 + 1, train: Score(loss: 1, accuracy: $1), seconds: 1, imagesPerSecond: 1)
        }
        let schedule = PlateauSchedule(.accuracy, decay: 0.5, patience: 1, threshold: 0.1)
        let factors = (0...5).map { schedule.factor(at: SchedulePosition(history: Array(records[..<$0]))) }
        #expect(factors == [1, 1, 1, 0.5, 0.5, 0.5])
    }
}
