import Apus
import Foundation

/// A run that goes on: with its own configuration, to which options may add epochs alone.
struct ResumedRun {
    private let saved: SavedRun
    private let directory: String

    init(_ directory: String) throws {
        saved = try SavedRun(directory)
        self.directory = directory
    }

    /// The training as it stood when it was saved.
    func job(_ command: TrainCommand, signals: InterruptSignals) async throws -> TrainingJob {
        let ownEpochs = try number(SavedRun.Note.epochs, Int.init) ?? 10
        let limit = try number(SavedRun.Note.limit, Int.init)
        let fraction = try number(SavedRun.Note.validationFraction, Double.init) ?? 0
        try check(command, limit: limit, validationFraction: fraction)
        try checkFirstWeights()
        let epochs = command.options.epochs ?? ownEpochs
        if epochs < ownEpochs {
            throw UsageError("--epochs is \(epochs), the run in \(directory) has \(ownEpochs): they can only be raised")
        }
        try RunLock.take(directory)
        try saved.run.prepare()
        let data = try await loadData(command, signals)
        let images = try TrainingImages(
            data, limit: limit, validationFraction: fraction, seed: saved.configuration.settings.seed)
        var configuration = saved.configuration
        let watch = try TrainingWatch(
            command.watch, over: TrainingWatch(configuration), hasValidation: images.validation != nil)
        configuration.notes[SavedRun.Note.epochs] = "\(epochs)"
        configuration.notes[SavedRun.Note.watch] = try watch.note()
        return TrainingJob(
            run: saved.run, newDirectory: nil, trainer: try saved.run.resume(pool: command.threads.pool),
            configuration: configuration, images: images, epochs: epochs, threads: command.threads.count)
    }

    /// A run that was killed before its first checkpoint has lost what its weights began with, where that is more than their
    /// initializers make.
    private func checkFirstWeights() throws {
        guard saved.run.isAtStart else { return }
        for note in ["--recipe", "--initialize-from"] where saved.configuration.notes[note] != nil {
            throw FileError.missing(
                path: "\(directory)/model.safetensors",
                expected: "the weights with which a run by \(note) begins: remove the directory and begin it again")
        }
    }

    /// The run's images; a directory that was moved may be given anew.
    private func loadData(_ command: TrainCommand, _ signals: InterruptSignals) async throws -> LabelledData {
        let asked = command.data.data.map(DataSource.init)
        if let asked, (asked == .synthetic) != (saved.data == .synthetic) {
            throw contradiction("data", command.data.data ?? "", saved.configuration.notes[SavedRun.Note.data] ?? "")
        }
        let data = try await LabelledData.load(
            asked ?? saved.data, imageSize: saved.imageSize, archive: command.archive.archive, signals: signals)
        try saved.check(data)
        return data
    }

    private func check(_ command: TrainCommand, limit: Int?, validationFraction: Double) throws {
        let configuration = saved.configuration
        let options = command.options
        let optimizer = configuration.optimizer
        try check("model", options.model, configuration.modelName)
        try check("batch-size", options.batchSize, configuration.settings.batchSize)
        try check(
            "optimizer", command.optimization.optimizer?.rawValue, OptimizerName(optimizer)?.rawValue ?? "another")
        try check("learning-rate", command.optimization.learningRate, named(optimizer).learningRate)
        try check("momentum", command.optimization.momentum, momentum(of: named(optimizer)))
        try check("image-size", options.imageSize, saved.imageSize)
        try check("validation-fraction", options.validationFraction, validationFraction)
        try check("seed", options.seed, configuration.settings.seed)
        try check("algorithm", options.algorithm, configuration.settings.algorithm)
        try check("precision", options.precision?.rawValue, configuration.settings.precision.rawValue)
        for group in command.recordedOptions { try check(group) }
        if let asked = options.limit, asked != limit {
            throw contradiction("limit", asked, limit.map { "\($0)" } ?? "all images")
        }
    }

    /// The optimizer that `--optimizer` names: of groups, that of the first.
    private func named(_ optimizer: any Optimizer) -> any Optimizer {
        (optimizer as? ParameterGroups)?.groups.first?.optimizer ?? optimizer
    }

    private func momentum(of optimizer: any Optimizer) -> Double {
        switch optimizer {
        case let sgd as SGD: sgd.momentum
        case let muon as Muon: muon.momentum
        case let rmsprop as RMSprop: rmsprop.momentum
        default: 0
        }
    }

    /// Options that the run has recorded as text.
    private func check(_ options: any RecordedOptions) throws {
        for option in options.recorded {
            guard let asked = option.text, asked != saved.configuration.notes[option.note] else { continue }
            throw contradiction(option.name, asked, saved.configuration.notes[option.note] ?? "none")
        }
    }

    private func check<Value: Equatable>(_ option: String, _ asked: Value?, _ made: Value) throws {
        if let asked, asked != made { throw contradiction(option, asked, made) }
    }

    private func contradiction(_ option: String, _ asked: some Any, _ made: some Any) -> UsageError {
        UsageError(
            "--\(option) is \(asked), the run in \(directory) was made with \(made): leave the option out, or begin "
                + "another run")
    }

    private func number<Value>(_ note: String, _ parse: (String) -> Value?) throws -> Value? {
        guard let text = saved.configuration.notes[note] else { return nil }
        guard let value = parse(text) else {
            throw FileError.malformed(
                path: "\(directory)/config.json", found: "\(note) \"\(text)\" in its notes", expected: "a number")
        }
        return value
    }
}
