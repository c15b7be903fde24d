import ApusNeuralNetworks
import ApusTensors

/// The networks that the command line knows by name.
public enum ModelLibrary {
    /// Names of all models.
    public static let names = ["keras-cnn"]

    /// A model for images of some size, or `nil` for a name that is not in ``names``.
    ///
    /// - Parameters:
    ///   - name: The model's name.
    ///   - imageSize: Rows and columns of an input image.
    ///   - classes: Number of outputs.
    ///   - channels: Channels of an input image: 3 for RGB, 1 for grey.
    public static func model(
        named name: String, imageSize: Int, classes: Int = 10, channels: Int = 3
    ) -> Sequential? {
        name == "keras-cnn" ? kerasCNN(imageSize: imageSize, classes: classes, channels: channels) : nil
    }

    /// The fewest rows and columns that a model's layers can take, or `nil` for a name that is not in ``names``.
    public static func smallestImageSize(of name: String) -> Int? {
        // Three 3×3 windows with two halvings between them: (18 − 2) / 2 − 2 = 6, 6 / 2 = 3.
        name == "keras-cnn" ? 18 : nil
    }

    /// The CNN of many a Keras tutorial: three 3×3 convolutions of 32, 64 and 128 filters, two max poolings, a dense layer
    /// of 128 and a softmax. It has 356,810 parameters for images of 32×32, 44.4 million for the original's 224×224.
    public static func kerasCNN(imageSize: Int = 32, classes: Int = 10, channels: Int = 3) -> Sequential {
        Sequential(input: [imageSize, imageSize, channels]) {
            Conv2D(32, kernel: 3, activation: .relu)
            MaxPool2D(2)
            Conv2D(64, kernel: 3, activation: .relu)
            MaxPool2D(2)
            Conv2D(128, kernel: 3, activation: .relu)
            Flatten()
            Dense(128, activation: .relu)
            Dense(classes, activation: .softmax)
        }
    }
}
