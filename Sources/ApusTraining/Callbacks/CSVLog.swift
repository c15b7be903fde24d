import ApusTensors

/// Keeps a table of the finished epochs as a CSV file, a row each; fields of scores that were not made are empty.
///
/// The file is replaced as a whole after each epoch, from the training's history: a training that goes on finds its earlier rows
/// there, each once.
public final class CSVLog: TrainingCallback {
    /// The file.
    public let path: String

    /// Keeps a table in a file.
    public init(path: String) { self.path = path }

    /// Writes the epochs so far, and finds out whether the file can be written.
    public func trainingBegan(_ trainer: Trainer) throws { try write(trainer.progress.history) }

    /// Adds the epoch.
    public func epochEnded(_ record: EpochRecord, trainer: Trainer) throws { try write(trainer.progress.history) }

    private static let columns: [(name: String, value: @Sendable (EpochRecord) -> Double?)] = [
        ("train_loss", { $0.train.loss }), ("train_accuracy", { $0.train.accuracy }),
        ("validation_loss", { $0.validation?.loss }), ("validation_accuracy", { $0.validation?.accuracy }),
        ("test_loss", { $0.test?.loss }), ("test_accuracy", { $0.test?.accuracy }),
        ("learning_rate", { $0.learningRate }), ("seconds", { $0.seconds }),
        ("images_per_second", { $0.imagesPerSecond }),
    ]

    private func write(_ history: [EpochRecord]) throws {
        let heading = ["epoch"] + Self.columns.map(\.name)
        let rows = history.map { record in
            ["\(record.epoch)"] + Self.columns.map { column in column.value(record).map { "\($0)" } ?? "" }
        }
        let lines = ([heading] + rows).map { $0.joined(separator: ",") + "\n" }
        try AtomicFile.write(lines.joined(), to: path)
    }
}
