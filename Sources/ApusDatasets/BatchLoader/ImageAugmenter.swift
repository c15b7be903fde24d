import ApusParallel
import ApusTensors

/// Applies an augmentation to the images of a set.
struct ImageAugmenter: Sendable {
    private let augmentation: Augmentation
    private let key: RandomKey
    private let height: Int
    private let width: Int
    private let channels: Int
    private let imageBytes: Int

    init(_ augmentation: Augmentation, of images: ImageSet, key: RandomKey) {
        let mistake = augmentation.mistake(height: images.height, width: images.width)
        require(mistake == nil, "BatchLoader: \(mistake ?? "")")
        self.augmentation = augmentation
        self.key = key
        (height, width, channels, imageBytes) = (images.height, images.width, images.channels, images.imageBytes)
    }

    /// Whether images are mixed after they are augmented.
    var mixes: Bool { augmentation.mixes }

    /// Bytes that a thread needs to augment an image.
    var bytesPerThread: Int { 2 * imageBytes }

    /// Changes one image, all but mixing; the result lies in `buffers`.
    func augment(
        _ source: UnsafePointer<UInt8>, sample: Int, epoch: Int, _ buffers: UnsafeMutablePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        var image = AugmentedImage(
            copying: source, height: height, width: width, channels: channels,
            buffers: (buffers, buffers + imageBytes))
        augmentation.apply(to: &image, draws: AugmentationDraws(root: key, epoch: epoch, sample: sample))
        return UnsafePointer(image.pixels)
    }

    /// How far behind an image of a batch its partner is; a function of batch and epoch.
    func partnerOffset(count: Int, batch: Int, epoch: Int) -> Int {
        if count < 2 { return 0 }
        let batchKey = key.folding(augmentation.operations.count).folding(epoch)
        return 1 + batchKey.integer(batch, below: count - 1)
    }

    /// Mixes two augmented images and returns the first one's share.
    ///
    /// - Parameters:
    ///   - own: The image.
    ///   - other: Its partner.
    ///   - isAlone: Whether the partner is the image itself.
    ///   - sample: The image's position in its set.
    ///   - epoch: The epoch.
    ///   - buffer: Room for an image.
    ///   - convert: Gets the bytes of one image to convert, or of two with the share of the first one.
    func mix(
        _ own: UnsafePointer<UInt8>, _ other: UnsafePointer<UInt8>, isAlone: Bool, sample: Int, epoch: Int,
        _ buffer: UnsafeMutablePointer<UInt8>,
        convert: (_ first: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>?, _ share: Float) -> Void
    ) -> Float {
        let draws = AugmentationDraws(root: key, epoch: epoch, sample: sample)
        let operationKey = draws.key(operation: augmentation.operations.count - 1)
        switch augmentation.operations.last {
        case .mixUp(let mixUp) where !isAlone:
            let share = Float(mixUp.share(key: operationKey))
            convert(own, share == 1 ? nil : other, share)
            return share
        case .cutMix(let cutMix) where !isAlone:
            let box = cutMix.box(height: height, width: width, key: operationKey)
            buffer.update(from: own, count: imageBytes)
            for row in box.rows {
                let start = (row * width + box.columns.lowerBound) * channels
                (buffer + start).update(from: other + start, count: box.columns.count * channels)
            }
            convert(buffer, nil, 1)
            return 1 - Float(box.rows.count * box.columns.count) / Float(height * width)
        default:
            convert(own, nil, 1)
            return 1
        }
    }
}
