import ApusDatasets
import ApusNeuralNetworks

extension Recipe {
    /// The recipes that come with Apus, each of them a file in `Recipes/` as well.
    public static var library: [Recipe] {
        [kerasCNN, kerasCNN224, cifar10At90, airbench94, cifar10At94, cifar10At95, resNet18]
    }

    /// The recipe of a name, if there is one.
    public static func named(_ name: String) -> Recipe? { library.first { $0.name == name } }

    /// The CNN of many a Keras tutorial with its settings: Adam, batches of 32, 10 epochs, pixels from 0 to 1.
    public static var kerasCNN: Recipe {
        Recipe(
            name: "keras-cnn", summary: "The CNN of many a Keras tutorial, with its settings.",
            model: ModelLibrary.kerasCNN())
    }

    /// The same on images resized to 224×224, as the original has them: 44.4 M parameters.
    public static var kerasCNN224: Recipe {
        Recipe(
            name: "keras-cnn-224", summary: "The same CNN on images resized to 224×224.",
            model: ModelLibrary.kerasCNN(imageSize: 224))
    }

    /// ResNet-18 for CIFAR-10 as in kuangliu's `pytorch-cifar`: SGD with momentum, cosine over 200 epochs, 95.5 %.
    public static var resNet18: Recipe {
        Recipe(
            name: "resnet18", summary: "ResNet-18 for 32×32 images, as in pytorch-cifar.",
            model: ModelLibrary.resNet18(),
            optimizer: SGD(learningRate: 0.1, momentum: 0.9, momentumForm: .pyTorch, weightDecay: 5e-4),
            settings: TrainingSettings(
                batchSize: 128, schedule: CosineSchedule(), precision: .bfloat16,
                scaling: .standardizing(mean: [0.4914, 0.4822, 0.4465], deviation: [0.2023, 0.1994, 0.2010]),
                augmentation: Augmentation([.crop(RandomCrop(padding: 4, mode: .zero)), .flip(RandomFlip())])),
            epochs: 200)
    }

    /// Mean and deviation of CIFAR-10's training pixels, by channel.
    static let cifar10Scaling = PixelScaling.standardizing(
        mean: [0.4914, 0.4822, 0.4465], deviation: [0.2470, 0.2435, 0.2616])
}
