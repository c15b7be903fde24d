import Apus
import Foundation

/// Trains `keras-cnn` on synthetic images as a package that depends on Apus would, and says how fast.
@main
struct PlainBuild {
    static let batchSize = 128
    /// Short epochs, so that the training ends soon after its time is up.
    static let images = 20 * batchSize

    static func main() throws {
        guard let seconds = seconds(of: CommandLine.arguments) else {
            FileHandle.standardError.write(Data("usage: PlainBuild [SECONDS]\n".utf8))
            exit(64)
        }
        let (train, _) = SyntheticImages.generate(train: images, test: 0)
        let trainer = Trainer(
            model: ModelLibrary.kerasCNN(), settings: TrainingSettings(batchSize: batchSize))
        let speed = Speed(seconds: seconds)
        try trainer.fit(.images(train), epochs: .max, callbacks: [speed], stop: speed.stop)
        let result = Result(
            imagesPerSecond: speed.images / speed.seconds, seconds: speed.seconds, loss: speed.loss,
            compiledFeatures: Processor.compiledFeatures.description)
        print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    }

    private static func seconds(of arguments: [String]) -> Double? {
        switch arguments.count {
        case 1: 3
        case 2: Double(arguments[1]).flatMap { $0 > 0 ? $0 : nil }
        default: nil
        }
    }
}

/// One line of JSON.
private struct Result: Encodable {
    let imagesPerSecond: Double
    let seconds: Double
    let loss: Double
    let compiledFeatures: String

    enum CodingKeys: String, CodingKey {
        case imagesPerSecond = "images_per_second"
        case seconds, loss
        case compiledFeatures = "compiled_features"
    }
}

/// Counts images and seconds of all epochs but the first, in which memory is touched for the first time, and stops the
/// training when there are enough of them.
private final class Speed: TrainingCallback {
    let stop = StopRequest()
    private(set) var images = 0.0
    private(set) var seconds = 0.0
    private(set) var loss = 0.0
    private let enough: Double

    init(seconds: Double) { enough = seconds }

    func epochEnded(_ record: EpochRecord, trainer: Trainer) throws {
        loss = record.train.loss
        if record.epoch > 1 {
            images += record.imagesPerSecond * record.seconds
            seconds += record.seconds
        }
        if seconds >= enough { stop.raise() }
    }
}
