import ApusParallel

/// Loss and accuracy of a network on some examples.
public struct Score: Sendable, Codable, Equatable {
    /// Mean loss.
    public var loss: Double
    /// Share of examples whose likeliest class is the right one; `nil` where examples have no class.
    public var accuracy: Double?

    /// A score from its parts.
    public init(loss: Double, accuracy: Double?) {
        self.loss = loss
        self.accuracy = accuracy
    }
}

/// What one epoch of training gave.
public struct EpochRecord: Sendable, Codable, Equatable {
    /// The epoch's number, from 1.
    public var epoch: Int
    /// Score on the training examples, each as it was when its batch was trained on.
    public var train: Score
    /// Score on the validation examples after the epoch.
    public var validation: Score?
    /// Score on the test examples after the epoch.
    public var test: Score?
    /// Seconds spent on training, without evaluation.
    public var seconds: Double
    /// Training examples per second of ``seconds``.
    public var imagesPerSecond: Double
    /// Seconds that weights and whitening took before the first step; in the first epoch's record alone.
    public var preparationSeconds: Double?
    /// The learning rate of the epoch's last step; `nil` in records of older versions.
    public var learningRate: Double?

    /// A record from its parts.
    public init(
        epoch: Int, train: Score, validation: Score? = nil, test: Score? = nil, seconds: Double = 0,
        imagesPerSecond: Double = 0, preparationSeconds: Double? = nil, learningRate: Double? = nil
    ) {
        self.epoch = epoch
        self.train = train
        self.validation = validation
        self.test = test
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
        self.preparationSeconds = preparationSeconds
        self.learningRate = learningRate
    }
}

/// Where a training stands between two steps: with the weights and the optimizer's state, all that a resumed run needs
/// to end with the same bits.
public struct TrainingProgress: Sendable, Codable, Equatable {
    /// Finished epochs.
    public var epoch = 0
    /// Finished batches of the current epoch.
    public var batch = 0
    /// Optimizer updates so far.
    public var step = 0
    /// Examples of the current epoch seen so far.
    public var examples = 0
    /// Sum of their losses.
    public var lossSum = 0.0
    /// How many of them were classified rightly.
    public var correct = 0
    /// Seconds of the current epoch spent on training.
    public var seconds = 0.0
    /// Seconds that weights and whitening took before the first step; `nil` behind the first epoch, whose record has them.
    public var preparationSeconds: Double?
    /// Finished epochs, in order.
    public var history: [EpochRecord] = []

    /// The start of a training.
    public init() {}
}

extension TrainingProgress: Validated {
    /// What is wrong with the counts, if anything.
    public var mistake: String? {
        let counts = [epoch, batch, step, examples, correct]
        return unless(
            counts.allSatisfy { (0...1 << 53).contains($0) } && correct <= examples,
            "TrainingProgress: epoch, batch, step, examples and correct ones are \(counts), expected none negative")
    }

    /// The same progress without the times of finished epochs, which differ from run to run.
    var withoutTimes: TrainingProgress {
        var progress = self
        for index in history.indices {
            progress.history[index].seconds = 0
            progress.history[index].imagesPerSecond = 0
            progress.history[index].preparationSeconds = nil
        }
        return progress
    }

    /// Takes the times of finished epochs from a history, which may have more epochs.
    mutating func takeTimes(from history: [EpochRecord]) {
        for index in self.history.indices {
            guard let record = history.first(where: { $0.epoch == self.history[index].epoch }) else { continue }
            self.history[index].seconds = record.seconds
            self.history[index].imagesPerSecond = record.imagesPerSecond
            self.history[index].preparationSeconds = record.preparationSeconds
        }
    }
}
