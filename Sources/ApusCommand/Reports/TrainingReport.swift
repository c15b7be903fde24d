import Apus
import ApusBenchmarks

/// What `apus train --json` writes.
struct TrainingReport: Codable {
    struct Epoch: Codable {
        let epoch: Int
        let trainLoss: Double
        let trainAccuracy: Double?
        let validationLoss: Double?
        let validationAccuracy: Double?
        let testLoss: Double?
        let testAccuracy: Double?
        /// Of training alone, as is the next.
        let seconds: Double
        let imagesPerSecond: Double

        init(_ record: EpochRecord) {
            epoch = record.epoch
            trainLoss = record.train.loss
            trainAccuracy = record.train.accuracy
            validationLoss = record.validation?.loss
            validationAccuracy = record.validation?.accuracy
            testLoss = record.test?.loss
            testAccuracy = record.test?.accuracy
            seconds = record.seconds
            imagesPerSecond = record.imagesPerSecond
        }
    }

    let model: String
    let algorithm: String
    let precision: String
    let threads: Int
    let seed: UInt64
    let epochs: [Epoch]
    let bestTestAccuracy: Double?
    /// Of the last epoch's weights.
    let testAccuracy: Double?
    /// The same with test-time augmentation, where the run asks for it, and what that took.
    let ttaAccuracy: Double?
    let ttaSeconds: Double?
    /// Drawing and whitening the first weights, and all epochs' training.
    let preparationSeconds: Double
    let trainingSeconds: Double
    /// Wall-clock time of this process's training, evaluation included.
    let totalSeconds: Double
    let peakRssBytes: Int

    /// An evaluation with test-time augmentation, and what it took.
    struct AugmentedTest {
        let accuracy: Double?
        let seconds: Double
    }

    init(
        _ configuration: RunConfiguration, history: [EpochRecord], threads: Int, augmentedTest: AugmentedTest?,
        totalSeconds: Double
    ) {
        model = configuration.modelName
        algorithm = configuration.settings.algorithm.rawValue
        precision = configuration.settings.precision.rawValue
        self.threads = threads
        seed = configuration.settings.seed
        epochs = history.map(Epoch.init)
        bestTestAccuracy = history.compactMap(\.test?.accuracy).max()
        testAccuracy = history.last?.test?.accuracy
        ttaAccuracy = augmentedTest?.accuracy
        ttaSeconds = augmentedTest?.seconds
        preparationSeconds = history.first?.preparationSeconds ?? 0
        trainingSeconds = history.reduce(0) { $0 + $1.seconds }
        self.totalSeconds = totalSeconds
        peakRssBytes = PeakMemory.bytes ?? 0
    }
}
