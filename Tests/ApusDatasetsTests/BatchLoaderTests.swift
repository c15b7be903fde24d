import ApusDatasets
import ApusParallel
import ApusTensors
import Testing

@Suite struct BatchLoaderTests {
    private let pool = WorkerPool(threads: 2)
    /// Image `i` is labelled `i % 10`, and its bytes are a function of `i`.
    private let set = ImageSet(
        name: "numbers", height: 4, width: 3, channels: 3, classNames: (0..<10).map { "\($0)" },
        pixels: (0..<53 * 36).map { UInt8(truncatingIfNeeded: $0 / 36 * 5 + $0 % 36) }, labels: (0..<53).map { $0 % 10 }
    )

    @Test func plainBatchesInOrder() {
        let loader = BatchLoader(set, batchSize: 10)
        #expect(loader.batchesPerEpoch == 6)
        for batch in 0..<6 {
            let (images, labels) = loader.load(batch: batch, epoch: batch, pool: pool)
            let indices = batch * 10..<min(53, batch * 10 + 10)
            #expect(loader.indices(ofBatch: batch, epoch: 3) == Array(indices))
            #expect(images.shape == [indices.count, 4, 3, 3])
            #expect(labels == indices.map { Int32($0 % 10) })
            #expect(images.scalars == indices.flatMap { set.pixels(of: $0).map { Float($0) * (1 / 255) } })
        }
    }

    @Test func dropLast() {
        let loader = BatchLoader(set, batchSize: 10, dropLast: true)
        #expect(loader.batchesPerEpoch == 5 && loader.count(ofBatch: 4) == 10)
        #expect(BatchLoader(set, batchSize: 53, dropLast: true).batchesPerEpoch == 1)
        #expect(BatchLoader(set, batchSize: 54, dropLast: true).batchesPerEpoch == 0)
        #expect(BatchLoader(set.prefix(0), batchSize: 4).batchesPerEpoch == 0)
    }

    @Test func shuffledEpochsAreCompleteAndRepeatable() {
        func order(seed: UInt64, epoch: Int) -> [Int] {
            let loader = BatchLoader(
                set, batchSize: 8, order: EpochOrder(of: set.count, shuffleKey: RandomKey(seed: seed)))
            return (0..<loader.batchesPerEpoch).flatMap { loader.indices(ofBatch: $0, epoch: epoch) }
        }
        #expect(order(seed: 1, epoch: 0).sorted() == Array(0..<53))
        #expect(order(seed: 1, epoch: 0) == order(seed: 1, epoch: 0))
        #expect(order(seed: 1, epoch: 0) != order(seed: 1, epoch: 1))
        #expect(order(seed: 1, epoch: 0) != order(seed: 2, epoch: 0))
    }

    @Test func epochsMayBeMixed() {
        let loader = BatchLoader(set, batchSize: 8, order: EpochOrder(of: set.count, shuffleKey: RandomKey(seed: 9)))
        let first = loader.load(batch: 2, epoch: 4, pool: pool)
        _ = loader.load(batch: 0, epoch: 5, pool: pool)
        let again = loader.load(batch: 2, epoch: 4, pool: pool)
        #expect(first.images == again.images && first.labels == again.labels)
        let indices = loader.indices(ofBatch: 2, epoch: 4)
        #expect(first.labels == indices.map { Int32(set.label(of: $0)) })
        #expect(first.images.scalars == indices.flatMap { set.pixels(of: $0).map { Float($0) * (1 / 255) } })
    }

    @Test func otherSizesAreResized() {
        let size = ImageSize(height: 7, width: 9)
        let loader = BatchLoader(set, batchSize: 5, imageSize: size)
        let resize = BilinearResize(from: ImageSize(height: 4, width: 3), to: size)
        let (images, _) = loader.load(batch: 1, epoch: 0, pool: pool)
        #expect(images.shape == [5, 7, 9, 3])
        for position in 0..<5 {
            var expected = [Float](repeating: .nan, count: resize.outputCount)
            var span = expected.mutableSpan
            resize.resize(set.pixels(of: 5 + position).span, into: &span)
            #expect(Array(images.scalars[position * 189..<position * 189 + 189]) == expected)
        }
    }

    @Test func viewsAndScaling() {
        let scaling = PixelScaling.standardizing(mean: [0.1, 0.2, 0.3], deviation: [0.5, 0.25, 1])
        let view = set.subset([50, 3])
        let (images, labels) = BatchLoader(view, batchSize: 2, scaling: scaling).load(batch: 0, epoch: 0, pool: pool)
        #expect(labels == [0, 3])
        let bytes = view.pixels(of: 0) + view.pixels(of: 1)
        for (index, value) in images.scalars.enumerated() {
            let channel = index % 3
            let expected = (Float(bytes[index]) / 255 - [0.1, 0.2, 0.3][channel]) / [0.5, 0.25, 1][channel]
            #expect(abs(value - expected) < 1e-5)
        }
    }

    @Test(arguments: [4, 60], 1...4)
    func threadsDoNotMatter(side: Int, threads: Int) {
        let loader = BatchLoader(
            set, batchSize: 53, imageSize: ImageSize(height: side, width: side),
            order: EpochOrder(of: set.count, shuffleKey: RandomKey(seed: 0)))
        let alone = loader.load(batch: 0, epoch: 1, pool: WorkerPool(threads: 1))
        let together = loader.load(batch: 0, epoch: 1, pool: WorkerPool(threads: threads))
        #expect(alone.images == together.images && alone.labels == together.labels)
    }

    @Test func onlyTheBatchIsWritten() {
        let loader = BatchLoader(set, batchSize: 10)
        var pixels = [Float](repeating: .nan, count: 360)
        var labels = [Int32](repeating: -1, count: 10)
        let count = loader.load(batch: 5, epoch: 0, into: &pixels, labels: &labels, pool: pool)
        #expect(count == 3)
        #expect(pixels.prefix(108).allSatisfy { !$0.isNaN } && pixels.dropFirst(108).allSatisfy(\.isNaN))
        #expect(labels == [0, 1, 2, -1, -1, -1, -1, -1, -1, -1])
    }

    @Test func mistakes() async {
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = emptyLoader(batchSize: 0)
            },
            saying: "BatchLoader: batch size is 0, expected at least 1")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = emptyLoader(batchSize: 1).count(ofBatch: 0)
            }, saying: "BatchLoader: batch 0 of 0")
    }
}

private func emptyLoader(batchSize: Int) -> BatchLoader {
    BatchLoader(
        ImageSet(name: "none", height: 1, width: 1, channels: 1, classNames: ["it"], pixels: [], labels: []),
        batchSize: batchSize)
}
