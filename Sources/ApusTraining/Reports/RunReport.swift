import ApusBLAS
import ApusDatasets
import ApusParallel
import ApusTensors
import Foundation

/// What a training came to, as a page that needs nothing else: curves, confusion matrix, scores of each class, the first
/// layer's filters, the most confidently wrong images, settings and machine.
///
/// ```swift
/// try RunReport(trainer, configuration: configuration, test: test).write(to: "report.html")
/// ```
public struct RunReport: Sendable, Encodable {
    /// What the page is called in a run's directory.
    public static let fileName = "report.html"

    /// A name and what there is to say of it.
    struct Fact: Sendable, Encodable {
        let name: String
        let value: String
    }

    struct ClassRow: Sendable, Encodable {
        let name: String
        let images: Int
        let precision: Double?
        let recall: Double?
        let f1: Double?
    }

    /// An image whose class was not found.
    struct Mistake: Sendable, Encodable {
        /// A PNG file as an address.
        let image: String
        let truth: String
        let prediction: String
        /// The network's output for the class it chose.
        let score: Float
    }

    private let title: String
    private let settings: [Fact]
    private let machine: [Fact]
    private let epochs: [EpochRecord]
    private let images: Int
    private let accuracy: Double?
    private let classes: [ClassRow]
    /// `[truth][prediction]`
    private let confusion: [[Int]]
    private let filters: [String]
    private let mistakes: [Mistake]

    /// Looks at what a training came to; the network is asked for each test image.
    ///
    /// - Parameters:
    ///   - trainer: The training.
    ///   - configuration: What it was made of.
    ///   - test: Labelled images that were not learnt.
    ///   - mistakes: How many wrong images are shown at most.
    /// - Throws: ``FileError`` where an image cannot be encoded.
    public init(_ trainer: Trainer, configuration: RunConfiguration, test: ImageSet, mistakes: Int = 24) throws {
        title = configuration.modelName
        settings = Self.settings(configuration)
        machine = Self.machine(threads: trainer.pool.threads)
        epochs = trainer.progress.history
        images = test.count
        let scores = trainer.predict(.images(test))
        let labels = test.labels
        let matrix = ConfusionMatrix(scores: scores, classes: labels.map { Int32($0) })
        (accuracy, confusion) = (matrix.accuracy, matrix.counts)
        let names = test.classNames
        classes = zip(names, matrix.classScores).map { name, score in
            ClassRow(
                name: name, images: score.examples, precision: score.precision, recall: score.recall, f1: score.f1)
        }
        filters = try FirstLayerFilters.images(of: trainer.model, in: trainer.parameters).map(Self.address)
        self.mistakes = try Self.worst(scores, labels, count: mistakes).map { index, prediction, score in
            Mistake(
                image: try Self.address(test.image(index)), truth: names[labels[index]], prediction: names[prediction],
                score: score)
        }
    }

    /// Writes the page; its curves are left out where Chart.js is not installed.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public func write(to path: String) throws { try AtomicFile.write(page(library: try? ChartLibrary()), to: path) }

    /// The page as UTF-8.
    package func page(library: ChartLibrary?) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        let template = PageTemplate(
            title: "Apus training", body: PackageResources.training_html, style: [PackageResources.training_css],
            scripts: [PackageResources.curves_js, PackageResources.training_js])
        return template.filled(json: try encoder.encode(self), library: library)
    }

    /// The wrong predictions of which the network was most certain, the surest first.
    private static func worst(
        _ scores: Tensor<Float>, _ labels: [Int], count: Int
    ) -> [(index: Int, prediction: Int, score: Float)] {
        let (numbers, classes) = (scores.scalars, scores.shape[1])
        let wrong = labels.indices.compactMap { index -> (index: Int, prediction: Int, score: Float)? in
            let row = numbers[index * classes..<(index + 1) * classes]
            guard let best = row.indices.max(by: { row[$0] < row[$1] }), best - row.startIndex != labels[index] else {
                return nil
            }
            return (index, best - row.startIndex, row[best])
        }
        return Array(wrong.sorted { ($1.score, $0.index) < ($0.score, $1.index) }.prefix(count))
    }

    private static func address(_ image: RGBImage) throws -> String {
        "data:image/png;base64,\(Data(try ImageFile.encodePNG(image)).base64EncodedString())"
    }

    // MARK: Facts

    private static func settings(_ configuration: RunConfiguration) -> [Fact] {
        let (model, settings) = (configuration.model, configuration.settings)
        let size = model.inputShape.map { "\($0)" }.joined(separator: "×")
        var facts = [
            ("Model", configuration.modelName), ("Input", size),
            ("Parameters", "\(model.parameterLayout.parameterCount)"),
            ("Learnt", "\(model.parameterLayout.trainableParameterCount)"),
            ("Batch size", "\(settings.batchSize)"), ("Seed", "\(settings.seed)"),
            ("Kernels", settings.algorithm.rawValue), ("Products in", settings.precision.rawValue),
            ("Loss", words(configuration.loss)), ("Optimizer", words(configuration.optimizer)),
            ("Schedule", words(settings.schedule)),
        ]
        if settings.accumulation > 1 { facts.append(("Parts of a batch", "\(settings.accumulation)")) }
        if let clipping = settings.clipping { facts.append(("Clipping", words(clipping))) }
        if let average = settings.weightAverage { facts.append(("Average of weights", words(average))) }
        if let augmentation = settings.augmentation { facts.append(("Augmentation", "\(augmentation)")) }
        facts += configuration.notes.sorted { $0.key < $1.key }.filter { !$0.value.hasPrefix("{") }.map { key, value in
            let name = String(key.map { $0 == "_" ? " " : $0 })
            return (name.prefix(1).uppercased() + name.dropFirst(), value)
        }
        return facts.map { Fact(name: $0.0, value: $0.1) }
    }

    /// A value as Swift writes it, without the module's name.
    private static func words(_ value: Any) -> String { "\(value)".replacing(/Apus\w+\./, with: "") }

    private static func machine(threads: Int) -> [Fact] {
        [
            Fact(name: "Processor", value: Processor.name), Fact(name: "Threads", value: "\(threads)"),
            Fact(name: "OpenBLAS", value: "\(BLASRuntime.version), kernels for \(BLASRuntime.selectedCore)"),
            Fact(name: "Made", value: Date().formatted(.iso8601)),
        ]
    }
}

extension ImageSet {
    /// One image, grey as three equal channels.
    fileprivate func image(_ index: Int) -> RGBImage {
        let bytes = pixels(of: index)
        return RGBImage(
            height: height, width: width, pixels: channels == 3 ? bytes : bytes.flatMap { [$0, $0, $0] })
    }
}
