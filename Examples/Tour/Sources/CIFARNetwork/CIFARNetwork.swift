import Apus
import Support

/// The CNN of many a Keras tutorial on CIFAR-10, line by line beside `Keras/cifar10_cnn.py`.
@main
struct CIFARNetwork {
    static func main() {
        run(options: ["--data", "--epochs"]) { arguments in
            let epochs = try arguments.count("--epochs", else: 10)
            let (images, test) = try loadImages(
                arguments.text("--data"), drawn: 2_000)

            let model = Sequential(input: [32, 32, 3]) {
                Conv2D(32, kernel: 3, activation: .relu)
                MaxPool2D(2)
                Conv2D(64, kernel: 3, activation: .relu)
                MaxPool2D(2)
                Conv2D(64, kernel: 3, activation: .relu)
                Flatten()
                Dense(64, activation: .relu)
                Dense(10, activation: .softmax)
            }

            for entry in model.parameterLayout.entries {
                print(entry.name, entry.shape)
            }

            let trainer = Trainer(
                model: model,
                loss: SparseCategoricalCrossEntropy(),
                optimizer: Adam(),
                settings: TrainingSettings(batchSize: 32))

            let split = Split(
                images, validationFraction: 0.1,
                key: RandomKey(seed: 1))
            try trainer.fit(
                .images(split.train),
                validation: .images(split.validation),
                epochs: epochs, callbacks: [Progress()])

            let evaluation = trainer.evaluate(.images(test))
            print("test accuracy", text(evaluation.accuracy ?? 0, 4))

            let probabilities = trainer.predict(
                .images(test.prefix(1)))
            print("the first is a", probabilities.argmax())
        }
    }
}

/// Prints a line after each epoch, as Keras does.
final class Progress: TrainingCallback {
    func epochEnded(_ record: EpochRecord, trainer: Trainer) {
        let validation = record.validation.map {
            "val_accuracy \(text($0.accuracy ?? .nan, 4)) val_loss \(text($0.loss, 4))"
        }
        print(
            "epoch \(record.epoch): accuracy \(text(record.train.accuracy ?? .nan, 4)) loss \(text(record.train.loss, 4))",
            validation ?? "", "\(text(record.imagesPerSecond, 0)) images/s")
    }
}
