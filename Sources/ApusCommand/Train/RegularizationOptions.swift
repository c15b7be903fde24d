import Apus
import ArgumentParser

/// What keeps a network from learning its examples by heart.
struct RegularizationOptions: ParsableArguments, RecordedOptions {
    @Option(
        help: ArgumentHelp(
            "Random changes of the training images, as flip,crop:4:reflect,cutout:8: "
                + "\(Augmentation.names.joined(separator: ", ")).", valueName: "list"))
    var augment: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Share of each dense layer's inputs that is dropped (default: 0).", valueName: "share"))
    var dropout: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Factor of the sum of squared kernels that is added to the loss.", valueName: "factor"))
    var l2: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Share of each target that is spread over all classes (default: 0).", valueName: "share"))
    var labelSmoothing: Double?

    var recorded: [RecordedOption] {
        [
            RecordedOption("augment", augment), RecordedOption("dropout", dropout), RecordedOption("l2", l2),
            RecordedOption("label-smoothing", labelSmoothing),
        ]
    }

    func validate() throws {
        try checkShare("dropout", dropout)
        try checkShare("label-smoothing", labelSmoothing)
        if let l2, !(l2 >= 0 && l2.isFinite) { throw ValidationError("--l2 is \(l2), expected at least 0") }
        _ = try augmentation
    }

    var augmentation: Augmentation? {
        get throws {
            guard let augment else { return nil }
            do {
                return try Augmentation(parsing: augment)
            } catch {
                throw ValidationError("--augment \(error)")
            }
        }
    }

    /// Cross-entropy; over shares of classes where images are mixed.
    var loss: any Loss {
        get throws {
            let smoothing = labelSmoothing ?? 0
            return try augmentation?.mixes == true
                ? CategoricalCrossEntropy(labelSmoothing: smoothing)
                : SparseCategoricalCrossEntropy(labelSmoothing: smoothing)
        }
    }
}
