import Apus
import ArgumentParser

/// The optimizers by name.
enum OptimizerName: String, CaseIterable, ExpressibleByArgument {
    case adam
    case adamw
    case sgd
    case rmsprop
    case adagrad
    case muon

    /// The name of an optimizer, or `nil` for one that has none here.
    init?(_ optimizer: any Optimizer) {
        switch optimizer {
        case is Adam: self = .adam
        case is AdamW: self = .adamw
        case is SGD: self = .sgd
        case is RMSprop: self = .rmsprop
        case is Adagrad: self = .adagrad
        case let groups as ParameterGroups where groups.groups.first?.optimizer is Muon: self = .muon
        default: return nil
        }
    }

    /// Whether it takes `--momentum`.
    var hasMomentum: Bool { [.sgd, .rmsprop, .muon].contains(self) }
    /// Whether it takes `--weight-decay`.
    var hasWeightDecay: Bool { [.adamw, .sgd, .muon].contains(self) }
}

/// What moves the weights, and how far.
struct OptimizerOptions: ParsableArguments, RecordedOptions {
    @Option(help: ArgumentHelp("What moves the weights (default: adam).", valueName: "name"))
    var optimizer: OptimizerName?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Step length (default: 0.001; 0.01 for sgd, 0.02 for muon).", valueName: "rate"))
    var learningRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Momentum of sgd, rmsprop and muon, at least 0 and under 1 (default: 0; 0.95 for muon).",
            valueName: "share"))
    var momentum: Double?

    @Flag(help: "Nesterov's momentum, for sgd.")
    var nesterov = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Weight decay of adamw, sgd and muon (default: 0; 0.01 for adamw).", valueName: "factor"))
    var weightDecay: Double?

    @Option(
        help: ArgumentHelp(
            "How the step length changes: \(ScheduleText.names.joined(separator: ", ")), with arguments as in "
                + "step:10:0.5 (default: constant).", valueName: "schedule"))
    var schedule: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Epochs in which the step length first rises from zero (default: 0).", valueName: "epochs"))
    var warmUp: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Scale all gradients together down to this norm.", valueName: "norm"))
    var clipNorm: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Cut each element of a gradient at this magnitude.", valueName: "limit"))
    var clipValue: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Work out each batch in n parts of one size, which takes the memory of one (default: 1).", valueName: "n"))
    var accumulate: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Evaluate and save an average of the weights that keeps this share at each step, as 0.999.",
            valueName: "share"))
    var average: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Share of the training images that an epoch takes: those that the one before left out, then those of the largest "
                + "loss (default: 1).", valueName: "share"))
    var select: Double?

    var recorded: [RecordedOption] {
        [
            RecordedOption("nesterov", isSet: nesterov), RecordedOption("weight-decay", weightDecay),
            RecordedOption("schedule", schedule), RecordedOption("warm-up", warmUp),
            RecordedOption("clip-norm", clipNorm), RecordedOption("clip-value", clipValue),
            RecordedOption("accumulate", accumulate), RecordedOption("average", average),
            RecordedOption("select", select),
        ]
    }

    func validate() throws {
        try checkPositive("learning-rate", learningRate)
        try checkPositive("clip-norm", clipNorm)
        try checkPositive("clip-value", clipValue)
        try check("accumulate", accumulate, isAtLeast: 1)
        try checkShare("momentum", momentum)
        try checkShare("average", average)
        if let weightDecay, !(weightDecay >= 0 && weightDecay.isFinite) {
            throw ValidationError("--weight-decay is \(weightDecay), expected at least 0")
        }
        if let warmUp, !(warmUp >= 0 && warmUp.isFinite) {
            throw ValidationError("--warm-up is \(warmUp), expected at least 0 epochs")
        }
        if let select, !(select > 0 && select <= 1) {
            throw ValidationError("--select is \(select), expected a share over 0, at most 1")
        }
        if clipNorm != nil, clipValue != nil {
            throw ValidationError("--clip-norm and --clip-value exclude each other: give one")
        }
        do {
            _ = try newSchedule
        } catch {
            throw ValidationError("--schedule \(error)")
        }
    }

    /// Stops where an option belongs to another optimizer; a resumed run brings its own.
    func checkOptimizer() throws {
        let name = optimizer ?? .adam
        let belongings = [
            ("momentum", momentum != nil, name.hasMomentum, "sgd, rmsprop or muon"),
            ("nesterov", nesterov, name == .sgd, "sgd"),
            ("weight-decay", weightDecay != nil, name.hasWeightDecay, "adamw, sgd or muon"),
        ]
        for (option, isGiven, isTaken, owners) in belongings where isGiven && !isTaken {
            throw ValidationError("--\(option) belongs to --optimizer \(owners), the optimizer is \(name.rawValue)")
        }
    }

    // MARK: What they ask for

    var newSchedule: any Schedule {
        get throws(ScheduleTextError) { try ScheduleText.schedule(schedule ?? "constant", warmUp: warmUp ?? 0) }
    }

    var clipping: GradientClipping? { clipNorm.map { .globalNorm($0) } ?? clipValue.map { .value($0) } }

    /// The optimizer. Muon moves kernels; AdamW moves the rest, at its own default rate.
    var newOptimizer: any Optimizer {
        switch optimizer ?? .adam {
        case .adam: Adam(learningRate: learningRate ?? 1e-3)
        case .adamw: AdamW(learningRate: learningRate ?? 1e-3, weightDecay: weightDecay ?? 0.01)
        case .sgd:
            SGD(
                learningRate: learningRate ?? 0.01, momentum: momentum ?? 0, nesterov: nesterov,
                weightDecay: weightDecay ?? 0)
        case .rmsprop: RMSprop(learningRate: learningRate ?? 1e-3, momentum: momentum ?? 0)
        case .adagrad: Adagrad(learningRate: learningRate ?? 1e-3)
        case .muon:
            ParameterGroups(
                [
                    .init(
                        "*kernel",
                        Muon(
                            learningRate: learningRate ?? 0.02, momentum: momentum ?? 0.95,
                            weightDecay: weightDecay ?? 0))
                ], rest: AdamW(weightDecay: 0))
        }
    }
}

extension ParsableArguments {
    /// Stops where a number is not over 0.
    func checkPositive(_ option: String, _ value: Double?) throws {
        if let value, !(value > 0 && Float(value).isFinite) {
            throw ValidationError("--\(option) is \(value), expected a number over 0")
        }
    }

    /// Stops where a share is not at least 0 and under 1.
    func checkShare(_ option: String, _ value: Double?) throws {
        if let value, !(0..<1).contains(value) {
            throw ValidationError("--\(option) is \(value), expected at least 0 and under 1")
        }
    }
}
