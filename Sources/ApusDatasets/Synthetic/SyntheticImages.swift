import ApusParallel
import ApusTensors

/// Drawn images in CIFAR-10's shape for machines without data: ten figures (disc, ring, square …) of random place,
/// size, turn and colours on a shaded, noisy ground.
///
/// Figure and ground draw their colours alike, so the mean image of every class is the same grey and no linear
/// classifier does much better than chance, while a small convolutional network learns the figures in a few epochs.
public enum SyntheticImages {
    /// The classes in the order of their labels.
    public static let classNames = SyntheticShape.allCases.map { "\($0)" }

    static let side = 32

    /// Draws a training and a test set with equally many images of every class, in turn.
    ///
    /// - Parameters:
    ///   - train: Number of training images, not negative.
    ///   - test: Number of test images, not negative.
    ///   - seed: Every image is a pure function of the seed, its set and its index.
    ///   - pool: Threads that draw; the images do not depend on them.
    public static func generate(
        train: Int = 10_000, test: Int = 2_000, seed: UInt64 = 0, pool: WorkerPool = WorkerPool()
    ) -> (train: ImageSet, test: ImageSet) {
        require(train >= 0 && test >= 0, "SyntheticImages: \(train) training and \(test) test images")
        let key = RandomKey(seed: seed)
        return (
            draw(train, name: "synthetic train", key: key.folding(0), pool: pool),
            draw(test, name: "synthetic test", key: key.folding(1), pool: pool)
        )
    }

    private static func draw(_ count: Int, name: String, key: RandomKey, pool: WorkerPool) -> ImageSet {
        let imageBytes = 3 * side * side
        let storage = ImageStorage(count: count, imageBytes: imageBytes)
        let shards = Shards(of: count, atLeast: 16)
        pool.forEach(shards.shards) { shard, _ in
            for index in shards[shard] {
                let label = index % SyntheticShape.allCases.count
                storage.labels[index] = UInt8(label)
                let scene = SyntheticScene(shape: SyntheticShape.allCases[label], key: key.folding(index))
                scene.draw(into: storage.pixels + index * imageBytes)
            }
        }
        return ImageSet(
            name: name, height: side, width: side, channels: 3, classNames: classNames, storage: storage)
    }
}
