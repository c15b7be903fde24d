import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// What the package tensorboard reads of our event files. Skipped where no Python has it; CI installs it.
@Suite(.serialized) struct TensorBoardTests {
    private static let python = ReferencePython(importing: "tensorboard")

    private struct Events: Decodable {
        struct Number: Decodable {
            let step: Int
            let value: Float
        }

        struct Histogram: Decodable {
            let step: Int
            let min: Double
            let max: Double
            let num: Double
            let sum: Double
            let sumSquares: Double
            let limits: [Double]
            let counts: [Double]
        }

        struct Picture: Decodable {
            let step: Int
            let width: Int
            let height: Int
            let png: Data
        }

        let scalars: [String: [Number]]
        let histograms: [String: [Histogram]]
        let images: [String: [Picture]]
        let texts: [String: [String]]

        func steps(_ tag: String) -> [Int] { scalars[tag, default: []].map(\.step) }
        func values(_ tag: String) -> [Float] { scalars[tag, default: []].map(\.value) }
    }

    private func events(_ directory: String) throws -> Events {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            Events.self, from: try #require(Self.python).run("read_events.py", [directory]))
    }

    /// Remembers what a training was like.
    private final class Recorder: TrainingCallback {
        var batches: [BatchStatus] = []
        var kernels: [Tensor<Float>] = []

        func trainingBegan(_ trainer: Trainer) { note(trainer) }
        func batchEnded(_ status: BatchStatus, trainer: Trainer) { batches.append(status) }
        func epochEnded(_ record: EpochRecord, trainer: Trainer) { note(trainer) }
        private func note(_ trainer: Trainer) { trainer.parameters.tensor("conv1.kernel").map { kernels.append($0) } }
    }

    private let images = SyntheticImages.generate(train: 64, test: 32, seed: 3)

    private func imageTrainer() -> Trainer {
        Trainer(
            model: Sequential(input: [16, 16, 3]) {
                Conv2D(5, kernel: 3, activation: .relu)
                Flatten()
                Dense(10, activation: .softmax)
            }, settings: TrainingSettings(batchSize: 16), pool: WorkerPool(threads: 1))
    }

    @Test(.enabled(if: python != nil)) func tensorBoardReadsWhatTheTrainingWas() throws {
        try withTemporaryDirectory { directory in
            let (trainer, recorder) = (imageTrainer(), Recorder())
            let writer = TensorBoardWriter(directory: directory, batchInterval: 1, images: images.train)
            try trainer.fit(
                .images(images.train), test: .images(images.test), epochs: 3, callbacks: [recorder, writer])
            let history = trainer.progress.history

            let train = try events("\(directory)/train")
            #expect(train.steps("batch/loss") == Array(1...12))
            #expect(train.values("batch/loss") == recorder.batches.map { Float($0.loss) })
            #expect(train.values("batch/learning_rate") == recorder.batches.map { Float($0.learningRate) })
            #expect(train.steps("epoch/loss") == [4, 8, 12])
            #expect(train.values("epoch/loss") == history.map { Float($0.train.loss) })
            #expect(train.values("epoch/accuracy") == history.map { Float($0.train.accuracy ?? .nan) })
            #expect(train.values("epoch/images_per_second") == history.map { Float($0.imagesPerSecond) })
            #expect(train.values("epoch/number") == [1, 2, 3])
            #expect(train.texts["model"]?.first?.contains("| conv1 | Conv2D | [14, 14, 5] | 140 |") == true)

            let test = try events("\(directory)/test")
            #expect(test.values("epoch/loss") == history.map { Float($0.test?.loss ?? .nan) })
            #expect(test.values("epoch/accuracy") == history.map { Float($0.test?.accuracy ?? .nan) })
            #expect(!FileManager.default.fileExists(atPath: "\(directory)/validation"))

            let histograms = try #require(train.histograms["weights/conv1.kernel"])
            #expect(histograms.map(\.step) == [0, 4, 8, 12])
            for (histogram, kernel) in zip(histograms, recorder.kernels) { expect(histogram, of: kernel.scalars) }
            // All zero before the first step.
            let bias = try #require(train.histograms["weights/conv1.bias"]?.first)
            #expect((bias.min, bias.max, bias.num) == (0, 0, 5))

            let filters = try #require(train.images["filters"])
            #expect(filters.map(\.step) == [0, 4, 8, 12])
            for picture in filters + train.images["images", default: []] {
                let image = try ImageFile.decode(bytes: Array(picture.png), name: "picture")
                #expect((image.width, image.height) == (picture.width, picture.height))
            }
            expectFilters(try ImageFile.decode(bytes: Array(filters[3].png), name: "filters"), recorder.kernels[3])
            let sample = try #require(train.images["images"])
            #expect(sample.map(\.step) == [0])
            let first = try ImageFile.decode(bytes: Array(sample[0].png), name: "images")
            let (red, green, blue) = first[2, 2]
            #expect([red, green, blue] == Array(images.train.pixels(of: 0).prefix(3)))
        }
    }

    private func expect(_ histogram: Events.Histogram, of weights: [Float]) {
        let numbers = weights.map { Double($0) }
        #expect(histogram.min == numbers.min() && histogram.max == numbers.max())
        #expect(histogram.num == Double(numbers.count) && histogram.counts.reduce(0, +) == histogram.num)
        #expect(abs(histogram.sum - numbers.reduce(0, +)) < 1e-9)
        #expect(abs(histogram.sumSquares - numbers.reduce(0) { $0 + $1 * $1 }) < 1e-9)
        #expect(histogram.limits.count == 30 && histogram.counts.count == 30)
        // Up to a limit, give or take a weight on it, lie as many weights as the buckets say.
        for (index, limit) in histogram.limits.enumerated() {
            let counted = histogram.counts[0...index].reduce(0, +)
            let (below, at) = (numbers.count { $0 < limit - 1e-9 }, numbers.count { $0 <= limit + 1e-9 })
            #expect(Double(below) <= counted && counted <= Double(at))
        }
    }

    /// The first pixel of each filter in the grid: grey is 0.
    private func expectFilters(_ image: RGBImage, _ kernel: Tensor<Float>) {
        for filter in 0..<5 {
            let own = (0..<27).map { kernel.scalars[$0 * 5 + filter] }
            let largest = own.map(abs).max() ?? 1
            let (red, green, blue) = image[2, filter * 38 + 2]
            for (byte, weight) in zip([red, green, blue], own) {
                #expect(abs(Float(byte) - 127.5 - 127.5 * weight / largest) <= 0.51)
            }
        }
    }

    @Test(.enabled(if: python != nil)) func noStepIsThereTwiceAfterAStopOrAKill() throws {
        try withTemporaryDirectory { directory in
            let (run, log) = (Run("\(directory)/run"), "\(directory)/log")
            try run.prepare()
            func train(_ trainer: Trainer, _ others: [any TrainingCallback] = [], _ stop: StopRequest = StopRequest())
                throws
            {
                try trainer.fit(
                    Clusters.points(96), test: Clusters.points(30), epochs: 4,
                    callbacks: [TensorBoardWriter(directory: log, batchInterval: 1)] + others + [
                        CheckpointWriter(run, configuration: Clusters.configuration(trainer))
                    ], stop: stop)
            }
            // Six steps an epoch: stopped after step 4, killed after step 18 has been shown, the run saved after step 12.
            let stop = StopAfter(batches: 4)
            try train(Clusters.trainer(), [stop], stop.request)
            #expect(throws: Killed.self) { try train(try run.resume(), [Kill(inEpoch: 3)]) }
            try train(try run.resume())

            let files = try FileManager.default.contentsOfDirectory(atPath: "\(log)/train")
            #expect(files.count == 3 && files.allSatisfy { $0.hasPrefix("events.out.tfevents.") })
            let events = try events("\(log)/train")
            #expect(events.steps("batch/loss") == Array(1...24))
            #expect(events.steps("epoch/loss") == [6, 12, 18, 24])
            #expect(events.histograms["weights/dense1.kernel"]?.map(\.step) == [0, 6, 12, 18, 24])
            #expect(try self.events("\(log)/test").steps("epoch/loss") == [6, 12, 18, 24])
        }
    }

    @Test func saysBeforeTheTrainingWhereItCannotWrite() throws {
        try withTemporaryDirectory { directory in
            let file = "\(directory)/file"
            try "".write(toFile: file, atomically: false, encoding: .utf8)
            let trainer = Clusters.trainer()
            #expect(
                throws: FileError.unwritable(path: "\(file)/train", reason: "the directory cannot be made")
            ) {
                try trainer.fit(Clusters.points(32), epochs: 1, callbacks: [TensorBoardWriter(directory: file)])
            }
            #expect(trainer.progress.step == 0)
        }
    }
}
