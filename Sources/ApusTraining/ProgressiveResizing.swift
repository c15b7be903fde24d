import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors

/// Trains the first epochs on images of other sizes than the network's input, behind which it takes its own.
///
/// Small images take less time, and what a network learns from them early on serves for larger ones (progressive resizing:
/// Howard et al. 2018, Training Imagenet in 3 hours for 25 minutes, for DAWNBench). Images are augmented at their own size and then
/// resized. The network's parameters must have the same shapes for each size: those of convolutions, of normalizations and of what
/// comes behind a global pooling do. Evaluation and prediction are of the network's own size.
///
/// ```swift
/// settings.progressiveResizing = ProgressiveResizing([.init(epochs: 3, size: 24), .init(epochs: 2, size: 28)])
/// ```
public struct ProgressiveResizing: Sendable, Hashable, Validated {
    /// Epochs on images of one size.
    public struct Stage: Sendable, Hashable {
        /// Number of epochs.
        public var epochs: Int
        /// Size of the images.
        public var size: ImageSize

        /// Epochs on images of such a size.
        public init(epochs: Int, size: ImageSize) {
            self.epochs = epochs
            self.size = size
        }
    }

    /// The sizes, the first epochs' first.
    public var stages: [Stage]

    /// Epochs on images of such sizes, one after the other.
    public init(_ stages: [Stage]) {
        self.stages = stages
        requireValid()
    }

    private static let epochs = 1...(1 << 31)
    private static let side = 1...(1 << 15)

    /// What is wrong with the stages, if anything.
    public var mistake: String? {
        unless(!stages.isEmpty, "ProgressiveResizing: there are no stages")
            ?? stages.lazy.compactMap { stage in
                unless(
                    Self.epochs.contains(stage.epochs) && Self.side.contains(stage.size.height)
                        && Self.side.contains(stage.size.width),
                    "ProgressiveResizing: \(stage.epochs) epochs of \(stage.size) pixels, expected at least 1 of sides of "
                        + "1 to \(Self.side.upperBound)")
            }.first
    }

    /// Why a network cannot be trained so, if it cannot.
    public func mistake(for model: Sequential) -> String? {
        guard model.inputShape.rank == 3 else { return "ProgressiveResizing: inputs \(model.inputShape) are no images" }
        return stages.lazy.compactMap { stage in
            model.mistake(forInput: model.input(of: stage.size)).map {
                "ProgressiveResizing: images of \(stage.size): \($0)"
            }
        }.first
    }

    /// The size of an epoch's images, epochs counted from 0; `nil` for the network's own.
    package func size(ofEpoch epoch: Int) -> ImageSize? {
        var end = 0
        for stage in stages {
            end += stage.epochs
            if epoch < end { return stage.size }
        }
        return nil
    }
}

extension ProgressiveResizing: CustomStringConvertible {
    /// As `1 epoch of 24×24, 2 epochs of 28×28`.
    public var description: String {
        stages.map { "\($0.epochs) \($0.epochs == 1 ? "epoch" : "epochs") of \($0.size)" }.joined(separator: ", ")
    }
}

extension ProgressiveResizing: Codable {
    /// Writes the list of stages.
    public func encode(to encoder: any Encoder) throws { try stages.encode(to: encoder) }

    /// Reads a list of stages.
    public init(from decoder: any Decoder) throws {
        stages = try [Stage](from: decoder)
        try validated(decoder)
    }
}

extension ProgressiveResizing.Stage: Codable {}

extension Sequential {
    /// The input of images of another size.
    fileprivate func input(of size: ImageSize) -> Shape { [size.height, size.width, inputShape[2]] }

    /// The same network for images of another size; itself for `nil`.
    func taking(_ size: ImageSize?) -> Sequential {
        size.map { taking(input: input(of: $0)) } ?? self
    }
}
