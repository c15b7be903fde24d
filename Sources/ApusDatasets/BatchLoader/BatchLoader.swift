import ApusBLAS
import ApusParallel
import ApusTensors

/// Turns an image set into the batches of an epoch: in shuffled order, augmented, resized where the network wants another
/// size, and scaled to floats.
///
/// The order of an epoch does not depend on the batches that were asked for, nor on their order, so a training run can be taken
/// up anywhere. Images of another size are resized batch by batch and never all at once.
public final class BatchLoader: Sendable {
    /// Where the images come from.
    public let images: ImageSet
    /// Images of a batch; the last one of an epoch may have fewer.
    public let batchSize: Int
    /// Size of the images of a batch.
    public let imageSize: ImageSize
    /// Whether an incomplete last batch is left out.
    public let dropLast: Bool
    /// Random changes of the images, or `nil` for none.
    public let augmentation: Augmentation?

    let converter: ImageConverter
    let augmenter: ImageAugmenter?
    let order: EpochOrder
    let scratch: LoaderScratch

    /// Prepares the resizing and scaling.
    ///
    /// - Parameters:
    ///   - images: Where the images come from.
    ///   - batchSize: Images of a batch, at least 1.
    ///   - imageSize: Size of the images of a batch; by default their own. Others are resized as ``BilinearResize``
    ///     does.
    ///   - scaling: From bytes to floats, by default `byte / 255`.
    ///   - order: Which images an epoch takes, and in which order; `nil` for all in the set's order, as for evaluation.
    ///   - dropLast: Whether an incomplete last batch is left out.
    ///   - augmentation: Random changes of the images, anew in each epoch; see ``Augmentation/mistake(height:width:)`` for
    ///     those that images of this size do not take.
    ///   - augmentationKey: The changes are a pure function of it, the epoch and the image's position in the set.
    public init(
        _ images: ImageSet, batchSize: Int, imageSize: ImageSize? = nil, scaling: PixelScaling = .unit,
        order: EpochOrder? = nil, dropLast: Bool = false, augmentation: Augmentation? = nil,
        augmentationKey: RandomKey = RandomKey(seed: 0)
    ) {
        require(batchSize >= 1, "BatchLoader: batch size is \(batchSize), expected at least 1")
        require(
            order.map { $0.exampleCount == images.count } ?? true,
            "BatchLoader: the order is of \(order?.exampleCount ?? 0) examples, there are \(images.count) images")
        self.images = images
        self.batchSize = batchSize
        self.imageSize = imageSize ?? ImageSize(height: images.height, width: images.width)
        self.dropLast = dropLast
        self.order = order ?? EpochOrder(of: images.count)
        converter = ImageConverter(of: images, to: self.imageSize, scaling: scaling)
        self.augmentation = augmentation
        augmenter = augmentation.flatMap { augmentation in
            augmentation.operations.isEmpty ? nil : ImageAugmenter(augmentation, of: images, key: augmentationKey)
        }
        scratch = LoaderScratch(
            floatsPerThread: converter.scratchCount + (augmenter?.mixes == true ? converter.outputCount : 0),
            bytesPerThread: augmenter?.bytesPerThread ?? 0,
            sharedBytes: augmenter?.mixes == true ? min(batchSize, images.count) * images.imageBytes : 0)
    }

    /// Number of batches of an epoch.
    public var batchesPerEpoch: Int {
        dropLast ? order.count / batchSize : (order.count + batchSize - 1) / batchSize
    }

    /// Images of one batch of an epoch.
    public func count(ofBatch batch: Int) -> Int {
        require((0..<batchesPerEpoch).contains(batch), "BatchLoader: batch \(batch) of \(batchesPerEpoch)")
        return min(batchSize, order.count - batch * batchSize)
    }

    /// The positions in ``images`` of one batch's images.
    public func indices(ofBatch batch: Int, epoch: Int) -> [Int] {
        let range = batch * batchSize..<batch * batchSize + count(ofBatch: batch)
        return order.indices(ofEpoch: epoch).map { Array($0[range]) } ?? Array(range)
    }
}
