import ApusBLAS
import ApusDatasets
import ApusParallel
import ApusTensors

/// What a network is trained, evaluated or asked on: images, or tensors of a program's own.
public struct Examples: Sendable {
    enum Content: Sendable {
        case images(ImageSet)
        case classified(inputs: Tensor<Float>, classes: [Int32])
        case paired(inputs: Tensor<Float>, targets: Tensor<Float>)
    }

    let content: Content
    /// Number of examples.
    public let count: Int

    /// Labelled images, which are resized to the network's input and scaled to 0…1 batch by batch.
    public static func images(_ images: ImageSet) -> Examples {
        Examples(content: .images(images), count: images.count)
    }

    /// Inputs `[count] + sample shape` with a class index each.
    public static func classified(inputs: Tensor<Float>, classes: [Int32]) -> Examples {
        require(
            inputs.shape.rank >= 1 && inputs.shape[0] == classes.count,
            "Examples: inputs have shape \(inputs.shape), there are \(classes.count) classes")
        return Examples(content: .classified(inputs: inputs, classes: classes), count: classes.count)
    }

    /// Inputs `[count] + sample shape` with a target tensor each, `[count] + prediction shape`.
    public static func paired(inputs: Tensor<Float>, targets: Tensor<Float>) -> Examples {
        require(
            inputs.shape.rank >= 1 && targets.shape.rank >= 1 && inputs.shape[0] == targets.shape[0],
            "Examples: inputs have shape \(inputs.shape), targets \(targets.shape)")
        return Examples(content: .paired(inputs: inputs, targets: targets), count: inputs.shape[0])
    }

    /// Whether examples have a class.
    var hasClasses: Bool {
        if case .paired = content { false } else { true }
    }
}
