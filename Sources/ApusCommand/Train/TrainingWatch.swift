import Apus
import Foundation

/// What watches a training. It is kept in the notes of the run's configuration, so that a resumed run is watched as before.
struct TrainingWatch: Codable {
    private var monitor = Monitor(.testAccuracy)
    private var patience: Int?
    private var keptEpochs = 0
    private var stepInterval: Int?
    private var csv: String?
    private var tensorBoard: String?

    /// What options ask for, over what a run was made with.
    init(_ options: WatchOptions, over earlier: TrainingWatch? = nil, hasValidation: Bool) throws {
        self = earlier ?? TrainingWatch(hasValidation: hasValidation)
        monitor = Monitor(
            options.monitor ?? monitor.quantity, minimumChange: options.minimumChange ?? monitor.minimumChange)
        patience = options.earlyStopping ?? patience
        keptEpochs = options.keep ?? keptEpochs
        stepInterval = options.saveEvery ?? stepInterval
        // A resumed run may be called from another directory.
        csv = options.csv.map(Self.absolute) ?? csv
        tensorBoard = options.tensorBoard.map(Self.absolute) ?? tensorBoard
        if !hasValidation, monitor.name.hasPrefix("validation") {
            throw UsageError(
                "--monitor is \(monitor.quantity.rawValue), no images are held out: add --validation-fraction")
        }
        if patience != nil, earlier?.patience == nil, options.monitor == nil, !hasValidation {
            throw UsageError(
                "--early-stopping watches the validation loss, no images are held out: add --validation-fraction, or "
                    + "name another quantity by --monitor")
        }
    }

    /// What a run was made with; older ones are watched for their best epoch alone.
    init(_ configuration: RunConfiguration) throws {
        guard let note = configuration.notes[SavedRun.Note.watch] else {
            let fraction = configuration.notes[SavedRun.Note.validationFraction].flatMap(Double.init) ?? 0
            self.init(hasValidation: fraction > 0)
            return
        }
        do {
            self = try JSONDecoder().decode(TrainingWatch.self, from: Data(note.utf8))
        } catch {
            throw FileError.malformed(
                path: "config.json", found: "\(SavedRun.Note.watch) \(note) in its notes",
                expected: "what apus train writes there")
        }
    }

    private init(hasValidation: Bool) { monitor = Monitor(hasValidation ? .validationLoss : .testAccuracy) }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    /// What the run's notes keep.
    func note() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    private func earlyStopping(_ run: Run?) -> EarlyStopping? {
        patience.map { EarlyStopping(monitor, patience: $0, restoringFrom: run) }
    }

    /// The callbacks of a training: first those that note what an epoch gave, last the one that saves it.
    func callbacks(_ job: TrainingJob) -> [any TrainingCallback] {
        var callbacks: [any TrainingCallback] = []
        if let csv { callbacks.append(CSVLog(path: csv)) }
        if let tensorBoard { callbacks.append(TensorBoardWriter(directory: tensorBoard, images: job.images.train)) }
        if let stopping = earlyStopping(job.run) { callbacks.append(stopping) }
        callbacks.append(
            CheckpointWriter(
                job.run, configuration: job.configuration, best: monitor, keptEpochs: keptEpochs,
                stepInterval: stepInterval))
        return callbacks
    }

    /// Why a training with these epochs ended early.
    func explanation(_ history: [EpochRecord]) -> String {
        let best = monitor.best(of: history)
        let value = best.flatMap(monitor.value(of:)).map { Numbers.share($0) } ?? "–"
        return
            "Ended early: no better \(monitor.name) than \(value) in epoch \(best?.epoch ?? 0), whose weights are taken back"
    }
}
