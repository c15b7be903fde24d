import ApusBLAS
import ApusParallel
import ApusTensors

extension BatchLoader {
    /// One batch as tensors of its own.
    ///
    /// - Returns: The images `[count, height, width, channels]` and their labels; of an image that is mixed of two, the
    ///   label of the one with the larger share.
    public func load(batch: Int, epoch: Int, pool: WorkerPool) -> (images: Tensor<Float>, labels: [Int32]) {
        var labels = [Int32](repeating: 0, count: count(ofBatch: batch))
        let tensor = Tensor<Float>(shape: shape(of: labels.count)) { pixels in
            labels.withUnsafeMutableBufferPointer { labels in
                guard let labels = labels.baseAddress else { return }
                _ = load(batch: batch, epoch: epoch, into: pixels, labels: labels, pool: pool)
            }
        }
        return (tensor, labels)
    }

    /// One batch as tensors of its own, with the share of every class in every image.
    ///
    /// - Returns: The images `[count, height, width, channels]` and targets `[count, classes]`, rows that sum to 1: one-hot
    ///   but for images that are mixed of two.
    public func loadTargets(
        batch: Int, epoch: Int, pool: WorkerPool
    ) -> (images: Tensor<Float>, targets: Tensor<Float>) {
        let count = count(ofBatch: batch)
        var labels = [Int32](repeating: 0, count: count)
        var targets = [Float](repeating: 0, count: count * self.images.classNames.count)
        let images = Tensor<Float>(shape: shape(of: count)) { pixels in
            _ = load(batch: batch, epoch: epoch, into: pixels, labels: &labels, targets: &targets, pool: pool)
        }
        return (images, Tensor(shape: [count, self.images.classNames.count], scalars: targets))
    }

    private func shape(of count: Int) -> Shape { [count, imageSize.height, imageSize.width, images.channels] }

    /// Writes one batch to the memory of an execution plan.
    ///
    /// - Parameters:
    ///   - batch: From 0 to ``batchesPerEpoch`` − 1.
    ///   - epoch: Chooses the order and the augmentation's changes.
    ///   - pixels: Room for ``batchSize`` images of ``imageSize``, NHWC.
    ///   - labels: Room for ``batchSize`` labels; of an image that is mixed of two, that of the larger share is written.
    ///   - targets: Room for the share of every class in every image, `[batchSize, classes]`, or `nil`.
    ///   - pool: Threads that work; the result does not depend on them.
    /// - Returns: The number of images of the batch. Room for more is left as it is.
    package func load(
        batch: Int, epoch: Int, into pixels: UnsafeMutablePointer<Float>, labels: UnsafeMutablePointer<Int32>,
        targets: UnsafeMutablePointer<Float>? = nil, pool: WorkerPool
    ) -> Int {
        let count = count(ofBatch: batch)
        let work = BatchWork(
            first: batch * batchSize, count: count, batch: batch, epoch: epoch, order: order.indices(ofEpoch: epoch),
            pixels: pixels, labels: labels, targets: targets)
        let shards = Shards(of: count, atLeast: converter.imagesPerShard)
        scratch.withMemory(threads: pool.threads) { memory in
            pool.forEach(shards.shards) { shard, worker in
                for position in shards[shard] { load(position, of: work, memory[worker]) }
            }
            guard let augmenter, augmenter.mixes else { return }
            let offset = augmenter.partnerOffset(count: count, batch: batch, epoch: epoch)
            pool.forEach(shards.shards) { shard, worker in
                for position in shards[shard] {
                    mix(position, with: (position + offset) % count, of: work, augmenter, memory[worker])
                }
            }
        }
        return count
    }

    /// Writes one image and its class; where images are mixed, only the bytes that the mixing starts from.
    private func load(_ position: Int, of work: BatchWork, _ memory: LoaderScratch.Slice) {
        let index = work.index(position)
        guard let augmenter else {
            return write(images.pointer(to: index), position, images.label(of: index), of: work, memory)
        }
        let augmented = augmenter.augment(images.pointer(to: index), sample: index, epoch: work.epoch, memory.bytes)
        if augmenter.mixes {
            (memory.shared + position * images.imageBytes).update(from: augmented, count: images.imageBytes)
        } else {
            write(augmented, position, images.label(of: index), of: work, memory)
        }
    }

    private func write(
        _ bytes: UnsafePointer<UInt8>, _ position: Int, _ label: Int, of work: BatchWork, _ memory: LoaderScratch.Slice
    ) {
        converter.convert(bytes, into: work.pixels + position * converter.outputCount, scratch: memory.floats)
        work.setClass(label, at: position, classes: images.classNames.count)
    }

    /// Writes an image that is mixed of two, and the shares of their classes.
    private func mix(
        _ position: Int, with partner: Int, of work: BatchWork, _ augmenter: ImageAugmenter,
        _ memory: LoaderScratch.Slice
    ) {
        let (own, other) = (work.index(position), work.index(partner))
        let target = work.pixels + position * converter.outputCount
        let share = augmenter.mix(
            memory.shared + position * images.imageBytes, memory.shared + partner * images.imageBytes,
            isAlone: position == partner, sample: own, epoch: work.epoch, memory.bytes
        ) { first, second, share in
            converter.convert(first, into: target, scratch: memory.floats)
            guard let second, let rest = memory.floats.map({ $0 + converter.scratchCount }) else { return }
            converter.convert(second, into: rest, scratch: memory.floats)
            for index in 0..<converter.outputCount {
                target[index] = share * target[index] + (1 - share) * rest[index]
            }
        }
        work.setClasses(
            (images.label(of: own), images.label(of: other)), share: share, at: position,
            classes: images.classNames.count)
    }
}

/// What is written for one batch, and where.
private struct BatchWork {
    let first: Int
    let count: Int
    let batch: Int
    let epoch: Int
    let order: [Int]?
    let pixels: UnsafeMutablePointer<Float>
    let labels: UnsafeMutablePointer<Int32>
    let targets: UnsafeMutablePointer<Float>?

    /// The position in the set of an image of the batch.
    func index(_ position: Int) -> Int { order?[first + position] ?? first + position }

    func setClass(_ label: Int, at position: Int, classes: Int) {
        setClasses((label, label), share: 1, at: position, classes: classes)
    }

    func setClasses(_ classes: (own: Int, other: Int), share: Float, at position: Int, classes count: Int) {
        labels[position] = Int32(share >= 0.5 ? classes.own : classes.other)
        guard let targets else { return }
        let row = targets + position * count
        row.update(repeating: 0, count: count)
        row[classes.own] += share
        row[classes.other] += 1 - share
    }
}
