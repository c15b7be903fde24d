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
    ///   - dropout: Share of the inputs of each dense layer that is dropped in training.
    ///   - regularizer: What keeps kernels small, if anything.
    public static func model(
        named name: String, imageSize: Int, classes: Int = 10, channels: Int = 3, dropout: Double = 0,
        regularizer: Regularizer? = nil
    ) -> Sequential? {
        guard name == "keras-cnn" else { return nil }
        return kerasCNN(
            imageSize: imageSize, classes: classes, channels: channels, dropout: dropout, regularizer: regularizer)
    }

    /// The fewest rows and columns that a model's layers can take, or `nil` for a name that is not in ``names``.
    public static func smallestImageSize(of name: String) -> Int? {
        // Three 3×3 windows with two halvings between them: (18 − 2) / 2 − 2 = 6, 6 / 2 = 3.
        name == "keras-cnn" ? 18 : nil
    }

    /// The CNN of many a Keras tutorial: three 3×3 convolutions of 32, 64 and 128 filters, two max poolings, a dense layer
    /// of 128 and a softmax. It has 356,810 parameters for images of 32×32, 44.4 million for the original's 224×224.
    /// A rate of `dropout` over 0 puts a ``Dropout`` before each dense layer.
    public static func kerasCNN(
        imageSize: Int = 32, classes: Int = 10, channels: Int = 3, dropout: Double = 0,
        regularizer: Regularizer? = nil
    ) -> Sequential {
        Sequential(input: [imageSize, imageSize, channels]) {
            Conv2D(32, kernel: 3, activation: .relu, kernelRegularizer: regularizer)
            MaxPool2D(2)
            Conv2D(64, kernel: 3, activation: .relu, kernelRegularizer: regularizer)
            MaxPool2D(2)
            Conv2D(128, kernel: 3, activation: .relu, kernelRegularizer: regularizer)
            Flatten()
            if dropout > 0 { Dropout(dropout) }
            Dense(128, activation: .relu, kernelRegularizer: regularizer)
            if dropout > 0 { Dropout(dropout) }
            Dense(classes, activation: .softmax, kernelRegularizer: regularizer)
        }
    }
}
