import ApusBLAS
import ApusParallel
import ApusTensors

/// Turns an image set into the batches of an epoch: in shuffled order, augmented, resized where the network wants another
/// size, and scaled to floats.
///
/// The order of an epoch is a pure function of the key and the epoch, and batches may be asked for in any order, so a
/// training run can be taken up anywhere. Images of another size are resized batch by batch and never all at once.
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
    private let shuffleKey: RandomKey?
    let scratch: LoaderScratch
    private let order = Locked<(epoch: Int?, indices: [Int])>((nil, []))

    /// Prepares the resizing and scaling.
    ///
    /// - Parameters:
    ///   - images: Where the images come from.
    ///   - batchSize: Images of a batch, at least 1.
    ///   - imageSize: Size of the images of a batch; by default their own. Others are resized as ``BilinearResize``
    ///     does.
    ///   - scaling: From bytes to floats, by default `byte / 255`.
    ///   - shuffleKey: Gives every epoch an order of its own; `nil` keeps the set's order, as for evaluation.
    ///   - dropLast: Whether an incomplete last batch is left out.
    ///   - augmentation: Random changes of the images, anew in each epoch; see ``Augmentation/mistake(height:width:)`` for
    ///     those that images of this size do not take.
    ///   - augmentationKey: The changes are a pure function of it, the epoch and the image's position in the set.
    public init(
        _ images: ImageSet, batchSize: Int, imageSize: ImageSize? = nil, scaling: PixelScaling = .unit,
        shuffleKey: RandomKey? = nil, dropLast: Bool = false, augmentation: Augmentation? = nil,
        augmentationKey: RandomKey = RandomKey(seed: 0)
    ) {
        require(batchSize >= 1, "BatchLoader: batch size is \(batchSize), expected at least 1")
        self.images = images
        self.batchSize = batchSize
        self.imageSize = imageSize ?? ImageSize(height: images.height, width: images.width)
        self.dropLast = dropLast
        self.shuffleKey = shuffleKey
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
        dropLast ? images.count / batchSize : (images.count + batchSize - 1) / batchSize
    }

    /// Images of one batch of an epoch.
    public func count(ofBatch batch: Int) -> Int {
        require((0..<batchesPerEpoch).contains(batch), "BatchLoader: batch \(batch) of \(batchesPerEpoch)")
        return min(batchSize, images.count - batch * batchSize)
    }

    /// The positions in ``images`` of one batch's images.
    public func indices(ofBatch batch: Int, epoch: Int) -> [Int] {
        let range = batch * batchSize..<batch * batchSize + count(ofBatch: batch)
        return order(ofEpoch: epoch).map { Array($0[range]) } ?? Array(range)
    }

    /// The order of an epoch's images, `nil` for that of the set.
    func order(ofEpoch epoch: Int) -> [Int]? {
        guard let shuffleKey else { return nil }
        return order.withLock { order in
            if order.epoch != epoch {
                shuffleKey.folding(epoch).permute(&order.indices, count: images.count)
                order.epoch = epoch
            }
            return order.indices
        }
    }
}
