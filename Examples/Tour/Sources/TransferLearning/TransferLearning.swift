import Apus
import Foundation
import Support

/// Trains a network on five classes and carries what it has learnt over to other images, of which there are few.
@main
struct TransferLearning {
    static func main() {
        run(options: ["--data", "--source", "--target", "--per-class", "--epochs", "--seed"]) { arguments in
            let directory = FileManager.default.temporaryDirectory.appending(path: "transfer-learning-\(getpid())")
            defer { try? FileManager.default.removeItem(at: directory) }
            let epochs = try arguments.count("--epochs", else: 40)
            let seed = UInt64(try arguments.count("--seed", else: 1))

            let (train, test) = try loadImages(arguments.text("--data"), drawn: 4_000)
            let (known, others) = (Array(train.classNames.prefix(5)), Array(train.classNames.suffix(5)))
            let source = Run(arguments.text("--source") ?? directory.appending(path: "source").path)
            if !FileManager.default.fileExists(atPath: source.directory) {
                try trainSource(train.classes(known), test.classes(known), savingTo: source)
            }

            var target = directory.appending(path: "images").path
            if let folder = arguments.text("--target") {
                target = folder
            } else {
                let few = train.classes(others, perClass: try arguments.count("--per-class", else: 40))
                try ImageFolder.write(train: few, test: test.classes(others), to: target)
            }
            let size = ImageSize(height: 32, width: 32)
            let (few, judged) = try ImageFolder.loadTrainAndTest(directory: target, size: size)
            print(
                "target: \(few.classNames.joined(separator: ", ")), \(few.count) images, \(judged.count) to test with")

            for way in Way.allCases {
                let trainer = try prepare(way, source: source, classes: few.classNames.count, seed: seed)
                try trainer.fit(.images(few), epochs: epochs)
                print(row(way.rawValue, [percent(trainer.evaluate(.images(judged)).accuracy ?? .nan)]))
            }
        }
    }

    /// What is done with the source's weights.
    enum Way: String, CaseIterable {
        case scratch = "from scratch"
        case frozen = "frozen convolutions"
        case tuned = "all layers tuned"
    }

    /// A network for the target's classes at the start of its training.
    static func prepare(_ way: Way, source: Run, classes: Int, seed: UInt64) throws -> Trainer {
        let original = try source.configuration().model
        guard var model = original.replacingHead(outputs: classes), let head = model.headPattern else {
            throw UsageError("the source has no dense layer that could be replaced")
        }
        if way == .frozen { model = model.freezing(["conv*"]) }
        let trainer = Trainer(model: model, settings: TrainingSettings(batchSize: 32, seed: seed))
        if way == .scratch { return trainer }
        let transfer = try trainer.initialize(from: source, excluding: [head])
        if way == .frozen {
            print("loaded: \(transfer.loaded.joined(separator: ", "))")
            for kept in transfer.kept { print("drawn anew: \(kept.name), \(kept.reason)") }
        }
        return trainer
    }

    /// Trains on the source's classes and saves the run.
    static func trainSource(_ train: ImageSet, _ test: ImageSet, savingTo source: Run) throws {
        print("source: \(train.classNames.joined(separator: ", ")), \(train.count) images")
        let trainer = Trainer(
            model: ModelLibrary.kerasCNN(classes: train.classNames.count),
            settings: TrainingSettings(batchSize: 64, augmentation: Augmentation([.flip(RandomFlip())])))
        try trainer.fit(.images(train), epochs: 8)
        print(row("accuracy", [percent(trainer.evaluate(.images(test)).accuracy ?? .nan)]))
        try source.prepare()
        try source.save(
            trainer, configuration: RunConfiguration(trainer, modelName: "source", classNames: train.classNames))
    }
}
