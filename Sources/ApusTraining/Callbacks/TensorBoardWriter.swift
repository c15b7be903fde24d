import ApusDatasets
import ApusNeuralNetworks
import ApusTensors
import Foundation

/// Writes what TensorBoard shows of a training: `tensorboard --logdir DIRECTORY`.
///
/// The runs `train`, `validation` and `test` have the epochs' scores (`epoch/loss`, `epoch/accuracy`). `train` also has
/// learning rate and speed, loss and learning rate of every few batches (`batch/…`), histograms of the weights, pictures of the
/// first layer's filters, a sample of the images as they are trained on, and the layers as text. The axis of all is the number of finished steps.
///
/// Each time a training begins or goes on, new files are begun, and what older ones have of later steps becomes void, so that
/// no step is shown twice.
public final class TensorBoardWriter: TrainingCallback {
    /// Where the runs are.
    public let directory: String
    private let batchInterval: Int
    private let hasHistograms: Bool
    private let images: ImageSet?
    private var files: [String: EventFile] = [:]
    private var firstStep = 0
    private var batches: [Batch] = []
    private var flushed = ContinuousClock.now

    /// What is noted after a batch; it becomes events later and many at a time.
    private struct Batch {
        let step: Int
        let wallTime: Double
        let loss: Double
        let learningRate: Double
    }

    /// Writes into a directory, which is made where it is not there.
    ///
    /// - Parameters:
    ///   - directory: Where the runs go.
    ///   - batchInterval: Steps from one noted batch to the next.
    ///   - histograms: Whether weights are shown after every epoch.
    ///   - images: What is trained on; the first of them are shown.
    public init(directory: String, batchInterval: Int = 10, histograms: Bool = true, images: ImageSet? = nil) {
        self.directory = directory
        self.batchInterval = max(batchInterval, 1)
        hasHistograms = histograms
        self.images = images
        batches.reserveCapacity(Self.batchesAtOnce)
    }

    /// A training that diverges ends without a word; its last losses are what one wants to see.
    deinit { try? flush() }

    private static let batchesAtOnce = 256
    /// How long a looker-on waits for noted batches.
    private static let patience = Duration.seconds(5)

    /// Begins the files.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public func trainingBegan(_ trainer: Trainer) throws {
        files = [:]
        batches.removeAll(keepingCapacity: true)
        let step = trainer.progress.step
        firstStep = step == 0 ? 0 : step + 1
        let train = try file("train")
        if step > 0 { return }
        var values = [TensorBoardSummary.Value.text("model", trainer.model.markdownTable)]
        if let sample = sample(trainer) { values.append(try .image("images", sample)) }
        try train.append(values + weights(trainer), step: 0)
    }

    /// Notes a batch.
    public func batchEnded(_ status: BatchStatus, trainer: Trainer) throws {
        let step = trainer.progress.step
        guard step % batchInterval == 0 else { return }
        batches.append(
            Batch(
                step: step, wallTime: Date().timeIntervalSince1970, loss: status.loss,
                learningRate: status.learningRate))
        if batches.count == Self.batchesAtOnce || flushed.duration(to: .now) > Self.patience { try flush() }
    }

    /// Writes scores, weights and filters.
    public func epochEnded(_ record: EpochRecord, trainer: Trainer) throws {
        try flush()
        let step = trainer.progress.step
        var values = scores(record.train)
        values.append(.scalar("epoch/number", Double(record.epoch)))
        if let rate = record.learningRate { values.append(.scalar("epoch/learning_rate", rate)) }
        values.append(.scalar("epoch/images_per_second", record.imagesPerSecond))
        try file("train").append(values + weights(trainer), step: step)
        for (run, score) in [("validation", record.validation), ("test", record.test)] {
            if let score { try file(run).append(scores(score), step: step) }
        }
    }

    /// Writes what is left.
    public func trainingEnded(_ outcome: Trainer.Outcome, trainer: Trainer) throws {
        try flush()
        files = [:]
    }

    /// The file of a run, begun when it is needed.
    private func file(_ run: String) throws -> EventFile {
        if let file = files[run] { return file }
        let file = try EventFile(directory: "\(directory)/\(run)", firstStep: firstStep)
        files[run] = file
        return file
    }

    private func flush() throws {
        for batch in batches {
            let values = [
                TensorBoardSummary.Value.scalar("batch/loss", batch.loss),
                .scalar("batch/learning_rate", batch.learningRate),
            ]
            try file("train").append(values, step: batch.step, wallTime: batch.wallTime)
        }
        batches.removeAll(keepingCapacity: true)
        flushed = .now
    }

    private func scores(_ score: Score) -> [TensorBoardSummary.Value] {
        [.scalar("epoch/loss", score.loss)] + (score.accuracy.map { [.scalar("epoch/accuracy", $0)] } ?? [])
    }

    private func weights(_ trainer: Trainer) throws -> [TensorBoardSummary.Value] {
        let parameters = trainer.parameters
        var values: [TensorBoardSummary.Value] = []
        if hasHistograms {
            values = parameters.layout.entries.map { entry in
                .histogram(
                    "weights/\(entry.name)",
                    UnsafeBufferPointer(
                        start: parameters.pointer + entry.range.lowerBound, count: entry.range.count))
            }
        }
        let filters = FirstLayerFilters.images(of: trainer.model, in: parameters)
        if let image = ImageGrid.image(of: filters, columns: 8, scale: 12) {
            values.append(try .image("filters", image))
        }
        return values
    }

    /// The first images as the first epoch changes them.
    private func sample(_ trainer: Trainer) -> RGBImage? {
        guard let images, images.count > 0 else { return nil }
        let shown = images.prefix(min(images.count, 32))
        let loader = BatchLoader(
            shown, batchSize: shown.count, augmentation: trainer.settings.augmentation,
            augmentationKey: RandomKey(seed: trainer.settings.seed).folding(RandomStream.augmentation))
        let pixels = loader.load(batch: 0, epoch: 0, pool: trainer.pool).images.scalars
        let tiles = (0..<shown.count).map { index in
            RGBImage(
                unit: pixels[index * images.imageBytes..<(index + 1) * images.imageBytes], height: images.height,
                width: images.width)
        }
        return ImageGrid.image(of: tiles, columns: 8, scale: max(1, 64 / images.height))
    }
}
