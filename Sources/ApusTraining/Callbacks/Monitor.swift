import ApusParallel

/// A quantity by which epochs are compared: which one is the best, and whether there is still progress.
public struct Monitor: Sendable, Hashable, Codable {
    /// What is compared. Losses shall be small, accuracies large.
    public enum Quantity: String, Sendable, Hashable, Codable, CaseIterable {
        /// Mean loss on the training examples.
        case trainLoss = "train-loss"
        /// Share of training examples classified rightly.
        case trainAccuracy = "train-accuracy"
        /// Mean loss on the validation examples.
        case validationLoss = "validation-loss"
        /// Share of validation examples classified rightly.
        case validationAccuracy = "validation-accuracy"
        /// Mean loss on the test examples.
        case testLoss = "test-loss"
        /// Share of test examples classified rightly.
        case testAccuracy = "test-accuracy"
    }

    /// What is compared.
    public let quantity: Quantity
    /// What a better value must be better by, at least 0; a value that is only just better must still be better.
    public let minimumChange: Double

    /// A monitor of a quantity.
    public init(_ quantity: Quantity, minimumChange: Double = 0) {
        require(minimumChange >= 0, "Monitor: minimal change is \(minimumChange), expected at least 0")
        self.quantity = quantity
        self.minimumChange = minimumChange
    }

    /// The quantity's name in words, as `validation loss`.
    public var name: String { String(quantity.rawValue.map { $0 == "-" ? " " : $0 }) }

    /// The quantity of an epoch; `nil` where the epoch was not scored so.
    public func value(of record: EpochRecord) -> Double? {
        switch quantity {
        case .trainLoss: record.train.loss
        case .trainAccuracy: record.train.accuracy
        case .validationLoss: record.validation?.loss
        case .validationAccuracy: record.validation?.accuracy
        case .testLoss: record.test?.loss
        case .testAccuracy: record.test?.accuracy
        }
    }

    /// Whether a value is better than another by more than ``minimumChange``; NaN is better than nothing.
    public func isBetter(_ value: Double, than other: Double) -> Bool {
        switch quantity {
        case .trainLoss, .validationLoss, .testLoss: value < other - minimumChange
        case .trainAccuracy, .validationAccuracy, .testAccuracy: value > other + minimumChange
        }
    }

    /// The best of some epochs, the earliest among equals; `nil` where none has a value.
    public func best(of history: [EpochRecord]) -> EpochRecord? {
        var best: (record: EpochRecord, value: Double)?
        for record in history {
            guard let value = value(of: record), !value.isNaN else { continue }
            if let found = best, !isBetter(value, than: found.value) { continue }
            best = (record, value)
        }
        return best?.record
    }

    /// Stops the program where an epoch was not scored so.
    func check(_ record: EpochRecord, for callback: String) {
        require(
            value(of: record) != nil,
            "\(callback): epoch \(record.epoch) has no \(name): give Trainer.fit the examples to score")
    }
}
