import ApusBLAS
import ApusParallel
import ApusTensors
import Synchronization

/// Turns an image set into the batches of an epoch: in shuffled order, resized where the network wants another size,
/// and scaled to floats.
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

    private let converter: ImageConverter
    private let shuffleKey: RandomKey?
    private let scratch: LoaderScratch
    private let order = Mutex<(epoch: Int?, indices: [Int])>((nil, []))

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
    public init(
        _ images: ImageSet, batchSize: Int, imageSize: ImageSize? = nil, scaling: PixelScaling = .unit,
        shuffleKey: RandomKey? = nil, dropLast: Bool = false
    ) {
        require(batchSize >= 1, "BatchLoader: batch size is \(batchSize), expected at least 1")
        self.images = images
        self.batchSize = batchSize
        self.imageSize = imageSize ?? ImageSize(height: images.height, width: images.width)
        self.dropLast = dropLast
        self.shuffleKey = shuffleKey
        converter = ImageConverter(of: images, to: self.imageSize, scaling: scaling)
        scratch = LoaderScratch(floatsPerThread: converter.scratchCount)
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
        return shuffleKey.map { Array(shuffled(epoch, $0)[range]) } ?? Array(range)
    }

    /// One batch as tensors of its own.
    ///
    /// - Returns: The images `[count, height, width, channels]` and their labels.
    public func load(batch: Int, epoch: Int, pool: WorkerPool) -> (images: Tensor<Float>, labels: [Int32]) {
        var labels = [Int32](repeating: 0, count: count(ofBatch: batch))
        let shape: Shape = [labels.count, imageSize.height, imageSize.width, images.channels]
        let tensor = Tensor<Float>(shape: shape) { pixels in
            labels.withUnsafeMutableBufferPointer { labels in
                guard let labels = labels.baseAddress else { return }
                _ = load(batch: batch, epoch: epoch, into: pixels, labels: labels, pool: pool)
            }
        }
        return (tensor, labels)
    }

    /// Writes one batch to the memory of an execution plan.
    ///
    /// - Parameters:
    ///   - batch: From 0 to ``batchesPerEpoch`` − 1.
    ///   - epoch: Chooses the order.
    ///   - pixels: Room for ``batchSize`` images of ``imageSize``, NHWC.
    ///   - labels: Room for ``batchSize`` labels.
    ///   - pool: Threads that work; the result does not depend on them.
    /// - Returns: The number of images of the batch. Room for more is left as it is.
    package func load(
        batch: Int, epoch: Int, into pixels: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>,
        pool: WorkerPool
    ) -> Int {
        let count = count(ofBatch: batch)
        let first = batch * batchSize
        let indices = shuffleKey.map { shuffled(epoch, $0) }
        let shards = Shards(of: count, atLeast: converter.imagesPerShard)
        scratch.withMemory(threads: pool.threads) { scratch in
            pool.forEach(shards.shards) { shard, worker in
                for position in shards[shard] {
                    let index = indices?[first + position] ?? first + position
                    labels[position] = Int32(images.label(of: index))
                    let target = pixels + position * converter.outputCount
                    converter.convert(
                        images.pointer(to: index), into: target,
                        scratch: scratch.map { $0 + worker * converter.scratchCount })
                }
            }
        }
        return count
    }

    private func shuffled(_ epoch: Int, _ key: RandomKey) -> [Int] {
        order.withLock { order in
            if order.epoch != epoch {
                key.folding(epoch).permute(&order.indices, count: images.count)
                order.epoch = epoch
            }
            return order.indices
        }
    }
}

/// Scratch memory of a loader's threads, kept from batch to batch.
private final class LoaderScratch: Sendable {
    private struct Memory: ~Copyable, @unchecked Sendable {
        var floats: UnsafeMutablePointer<Float>?
        var threads = 0

        deinit { floats?.deallocate() }
    }

    private let floatsPerThread: Int
    private let memory = Mutex(Memory())

    init(floatsPerThread: Int) { self.floatsPerThread = floatsPerThread }

    /// Calls `body` with memory for so many threads, or with `nil` where none is needed.
    func withMemory(threads: Int, _ body: (UnsafeMutablePointer<Float>?) -> Void) {
        if floatsPerThread == 0 { return body(nil) }
        memory.withLock { memory in
            if memory.threads < threads {
                memory.floats?.deallocate()
                memory.floats = .allocate(capacity: threads * floatsPerThread)
                memory.threads = threads
            }
            body(memory.floats)
        }
    }
}
