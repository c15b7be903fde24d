import Apus
import Foundation
import Support

/// Trains one network in five ways on few images and draws how its losses go.
@main
struct RegularizationStudy {
    static func main() {
        run(options: ["--data", "--images", "--epochs", "--svg"]) { arguments in
            let count = try arguments.count("--images", else: 4_000)
            let epochs = try arguments.count("--epochs", else: 30)
            let (all, test) = try loadImages(arguments.text("--data"), drawn: count + count / 2)
            guard count < all.count else { throw UsageError("--images is \(count), expected fewer than \(all.count)") }
            let train = all.prefix(count)
            let validation = all.subset(Array(count..<min(all.count, count + 2_000)))

            print(row("", ["epochs", "best epoch", "train loss", "val. loss", "test acc."]))
            var curves: [Curve] = []
            for way in Way.allCases {
                let monitor = Monitor(.validationLoss)
                let trainer = Trainer(model: model(way), settings: settings(way))
                try withStopping(way, monitor, trainer) { callbacks in
                    try trainer.fit(
                        .images(train), validation: .images(validation), epochs: epochs, callbacks: callbacks)
                }
                let history = trainer.progress.history
                curves.append(Curve(name: way.rawValue, history: history))
                let best = monitor.best(of: history) ?? history[history.count - 1]
                let accuracy = trainer.evaluate(.images(test)).accuracy ?? .nan
                let shown = way == .stopping ? best : history[history.count - 1]
                print(
                    row(
                        way.rawValue,
                        [
                            "\(history.count)", "\(best.epoch)", text(shown.train.loss),
                            text(shown.validation?.loss ?? .nan), percent(accuracy),
                        ]))
            }
            let path = arguments.text("--svg") ?? "regularization.svg"
            try AtomicFile.write(CurveChart(curves: curves, epochs: epochs).svg, to: path)
            print("curves: \(path)")
        }
    }

    /// What is done against learning the training images by heart.
    enum Way: String, CaseIterable {
        case none = "none"
        case l2 = "L2 0.001"
        case dropout = "dropout 0.5"
        case augmentation = "augmentation"
        case stopping = "early stopping"
    }

    /// The network: with a penalty on its kernels, or with dropout before its dense layers, or neither.
    static func model(_ way: Way) -> Sequential {
        let penalty: Regularizer? = way == .l2 ? .l2(1e-3) : nil
        return Sequential(input: [32, 32, 3]) {
            Conv2D(32, kernel: 3, activation: .relu, kernelRegularizer: penalty)
            MaxPool2D(2)
            Conv2D(64, kernel: 3, activation: .relu, kernelRegularizer: penalty)
            MaxPool2D(2)
            Conv2D(128, kernel: 3, activation: .relu, kernelRegularizer: penalty)
            Flatten()
            if way == .dropout { Dropout(0.5) }
            Dense(128, activation: .relu, kernelRegularizer: penalty)
            if way == .dropout { Dropout(0.5) }
            Dense(10, activation: .softmax, kernelRegularizer: penalty)
        }
    }

    /// Batches of 64, the images flipped and shifted at random or as they are.
    static func settings(_ way: Way) -> TrainingSettings {
        let changes = Augmentation([.flip(RandomFlip()), .crop(RandomCrop(padding: 4, mode: .reflect))])
        return TrainingSettings(batchSize: 64, augmentation: way == .augmentation ? changes : nil)
    }

    /// Calls `body` with callbacks that end the training where the validation loss no longer falls, and take back the best
    /// epoch's weights; with none for the other ways.
    static func withStopping(
        _ way: Way, _ monitor: Monitor, _ trainer: Trainer, _ body: ([any TrainingCallback]) throws -> Void
    ) throws {
        guard way == .stopping else { return try body([]) }
        let directory = FileManager.default.temporaryDirectory.appending(path: "regularization-study-\(getpid())")
        defer { try? FileManager.default.removeItem(at: directory) }
        let savedRun = Run(directory.path)
        try savedRun.prepare()
        try body([
            EarlyStopping(monitor, patience: 4, restoringFrom: savedRun),
            CheckpointWriter(
                savedRun, configuration: RunConfiguration(trainer, modelName: "regularization-study"), best: monitor),
        ])
    }
}
