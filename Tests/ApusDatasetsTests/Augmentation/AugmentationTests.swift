import ApusDatasets
import ApusParallel
import ApusTensors
import TestSupport
import Testing

/// What a loader makes of images with random operations.
@Suite struct AugmentationTests {
    private static let count = 400
    private let pool = WorkerPool(threads: 1)
    /// Images of 6×5 pixels of two channels whose bytes are all different within an image.
    private let set: ImageSet

    init() {
        let names: [String] = (0..<10).map { (label: Int) -> String in "\(label)" }
        let pixels: [UInt8] = (0..<Self.count * 60).map { (index: Int) -> UInt8 in
            UInt8(index % 60 * 4 + index / 60 % 3)
        }
        let labels: [Int] = (0..<Self.count).map { (index: Int) -> Int in index % 10 }
        set = ImageSet(
            name: "numbers", height: 6, width: 5, channels: 2, classNames: names, pixels: pixels, labels: labels)
    }

    /// The bytes of all images after an augmentation.
    private func images(
        _ operations: [Augmentation.Operation], epoch: Int = 0, seed: UInt64 = 1, of set: ImageSet? = nil
    ) -> [[UInt8]] {
        let set = set ?? self.set
        let loader = BatchLoader(
            set, batchSize: set.count, augmentation: Augmentation(operations), augmentationKey: RandomKey(seed: seed))
        let scalars = loader.load(batch: 0, epoch: epoch, pool: pool).images.scalars
        let bytes: [UInt8] = scalars.map { (value: Float) -> UInt8 in UInt8((value * 255).rounded()) }
        return (0..<set.count).map { (image: Int) -> [UInt8] in
            Array(bytes[image * set.imageBytes..<(image + 1) * set.imageBytes])
        }
    }

    private func mirrored(_ index: Int) -> [UInt8] {
        let pixels = set.pixels(of: index)
        return (0..<60).map { (index: Int) -> UInt8 in
            let (row, column, channel) = (index / 10, index / 2 % 5, index % 2)
            return pixels[row * 10 + (4 - column) * 2 + channel]
        }
    }

    /// Which images are mirrored; every image is either that or as it was.
    private func mirroredImages(_ images: [[UInt8]]) -> [Bool] {
        images.enumerated().map { index, image in
            let (isSame, isMirrored) = (image == set.pixels(of: index), image == mirrored(index))
            #expect(isSame != isMirrored)
            return isMirrored
        }
    }

    @Test func flipMirrorsAnewInEachEpoch() {
        let first = mirroredImages(images([.flip(RandomFlip())]))
        let second = mirroredImages(images([.flip(RandomFlip())], epoch: 1))
        // Five deviations of 400 fair coins are 50.
        #expect(abs(first.count { $0 } - 200) < 50 && abs(second.count { $0 } - 200) < 50)
        #expect(abs(zip(first, second).count { $0 != $1 } - 200) < 50)
        #expect(mirroredImages(images([.flip(RandomFlip(probability: 0))])).allSatisfy { !$0 })
        #expect(mirroredImages(images([.flip(RandomFlip(probability: 1))])).allSatisfy { $0 })
    }

    @Test func alternatingFlipMirrorsAllOnOddEpochs() {
        let epochs = (0..<4).map { mirroredImages(images([.alternatingFlip(AlternatingFlip())], epoch: $0)) }
        #expect(abs(epochs[0].count { $0 } - 200) < 50)
        #expect(zip(epochs[0], epochs[1]).allSatisfy { $0 != $1 })
        #expect(epochs[0] == epochs[2] && epochs[1] == epochs[3])
    }

    @Test(arguments: RandomCrop.Mode.allCases)
    func cropShowsEveryPlaceEquallyOften(mode: RandomCrop.Mode) {
        let crop = RandomCrop(padding: 1, mode: mode)
        var counts = [Int](repeating: 0, count: 9)
        for (index, image) in images([.crop(crop)]).enumerated() {
            let place = (0..<9).first { place in
                changedImage(set.pixels(of: index), height: 6, width: 5, channels: 2) {
                    crop.shift(&$0, down: place / 3 - 1, right: place % 3 - 1)
                } == image
            }
            if let place { counts[place] += 1 } else { Issue.record("image \(index) is no crop") }
        }
        #expect(counts.allSatisfy { abs($0 - 44) < 32 }, "\(counts)")
    }

    @Test func reflectionLeavesOutTheBorder() {
        let found = changedImage([1, 2, 3, 4], height: 1, width: 4, channels: 1) {
            RandomCrop(padding: 3, mode: .edge).shift(&$0, down: 0, right: -2)
        }
        #expect(found == [1, 1, 1, 2])
        let reflected = changedImage([1, 2, 3, 4], height: 1, width: 4, channels: 1) {
            RandomCrop(padding: 3, mode: .reflect).shift(&$0, down: 0, right: -2)
        }
        #expect(reflected == [3, 2, 1, 2])
    }

    @Test func borderWiderThanTheImage() {
        let black = changedImage([1, 2, 3, 4], height: 2, width: 2, channels: 1) {
            RandomCrop(padding: 9, mode: .zero).shift(&$0, down: 0, right: 7)
        }
        #expect(black == [0, 0, 0, 0])
        let edge = changedImage([1, 2, 3, 4], height: 2, width: 2, channels: 1) {
            RandomCrop(padding: 9, mode: .edge).shift(&$0, down: -8, right: 7)
        }
        #expect(edge == [2, 2, 2, 2])
    }

    @Test func cutoutPaintsOneBox() {
        // 128 is no byte of these images.
        for (index, image) in images([.cutout(Cutout(size: 3, fill: 0.5))]).enumerated() {
            let own = set.pixels(of: index)
            let pixel = { (bytes: [UInt8], place: Int) -> [UInt8] in Array(bytes[2 * place..<2 * place + 2]) }
            let painted: [Int] = (0..<30).filter { (place: Int) -> Bool in pixel(image, place) != pixel(own, place) }
            #expect(painted.allSatisfy { pixel(image, $0) == [128, 128] })
            let (rows, columns) = (Set(painted.map { $0 / 5 }), Set(painted.map { $0 % 5 }))
            #expect((2...3).contains(rows.count) && (2...3).contains(columns.count))
            #expect(painted.count == rows.count * columns.count)
        }
    }

    @Test func jitterAndRotationStayWithinTheirBounds() {
        let grey = ImageSet(
            name: "grey", height: 4, width: 4, channels: 1, classNames: ["it"],
            pixels: [UInt8](repeating: 100, count: 16 * 200), labels: [Int](repeating: 0, count: 200))
        let jittered = images([.jitter(ColorJitter(brightness: 0.2))], of: grey)
        let shades = jittered.map { Int($0[0]) }
        #expect(shades.allSatisfy { (80...120).contains($0) } && Set(shades).count > 20)
        #expect((shades.min() ?? 0) < 84 && (shades.max() ?? 0) > 116)
        // Contrast moves shades about their mean, which a grey image is.
        #expect(images([.jitter(ColorJitter(contrast: 0.5))], of: grey).allSatisfy { $0.allSatisfy { $0 == 100 } })
        #expect(images([.rotation(RandomRotation(degrees: 0))]) == (0..<set.count).map { set.pixels(of: $0) })
        #expect(images([.rotation(RandomRotation(degrees: 90))]).count { $0 == set.pixels(of: 0) } < 10)
    }

    @Test(
        arguments: [1, 3],
        ["flip,crop:2:reflect,cutout:3", "alternating-flip,jitter:0.3,rotate:20:0.5,mixup:0.4", "cutmix:1"])
    func dependsOnSeedEpochAndImageAlone(threads: Int, text: String) throws {
        let augmentation = try Augmentation(parsing: text)
        let loader = { (seed: UInt64, batchSize: Int) in
            BatchLoader(
                set, batchSize: batchSize, order: EpochOrder(of: set.count, shuffleKey: RandomKey(seed: 3)),
                augmentation: augmentation,
                augmentationKey: RandomKey(seed: seed))
        }
        // Images of several shards, so that threads share the work.
        let large = ImageSet(
            name: "large", height: 64, width: 64, channels: 3, classNames: ["a", "b"],
            pixels: (0..<64 * 64 * 3 * 24).map { (index: Int) -> UInt8 in
                UInt8(truncatingIfNeeded: index &* 2_654_435_761 >> 7)
            },
            labels: (0..<24).map { (index: Int) -> Int in index % 2 })
        let batch = { (threads: Int) in
            BatchLoader(large, batchSize: 24, augmentation: augmentation, augmentationKey: RandomKey(seed: 5))
                .loadTargets(batch: 0, epoch: 2, pool: WorkerPool(threads: threads))
        }
        let (alone, together) = (batch(1), batch(threads))
        #expect(alone.images == together.images && alone.targets == together.targets)

        let epoch = { (loader: BatchLoader, epoch: Int) in
            loader.load(batch: 1, epoch: epoch, pool: pool).images.scalars
        }
        let first = epoch(loader(1, 100), 4)
        let (again, otherEpoch, otherSeed) = (
            epoch(loader(1, 100), 4), epoch(loader(1, 100), 5), epoch(loader(2, 100), 4)
        )
        #expect(first == again)
        #expect(first != otherEpoch && first != otherSeed)
        if !augmentation.mixes {
            // The same images in batches of another size.
            let small = loader(1, 50)
            let halves = [2, 3].flatMap { small.load(batch: $0, epoch: 4, pool: pool).images.scalars }
            #expect(first == halves)
        }
    }

    @Test func laterOperationsDoNotDisturbEarlierOnes() {
        let alone = images([.crop(RandomCrop(padding: 2))])
        let followed = images([.crop(RandomCrop(padding: 2)), .flip(RandomFlip(probability: 0))])
        #expect(alone == followed)
    }

    @Test func allocatesNothingBatchByBatch() throws {
        for text in ["flip,crop:2:reflect,cutout:3,jitter:0.1,rotate:10", "flip,mixup:0.4", "cutmix:1"] {
            let loader = BatchLoader(
                set, batchSize: 100, order: EpochOrder(of: set.count, shuffleKey: RandomKey(seed: 3)),
                augmentation: try Augmentation(parsing: text))
            #expect(allocations(of: loader, pool: pool) == 0, "\(text)")
        }
    }

    @Test func mistakes() async {
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = Augmentation([.flip(RandomFlip(probability: 1.5))])
            },
            saying: "Augmentation: flip: probability is 1.5, expected 0 to 1")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = Augmentation([.mixUp(MixUp()), .flip(RandomFlip())])
            },
            saying: "Augmentation: mixup stands before flip")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = BatchLoader(
                    ImageSet(
                        name: "one", height: 4, width: 9, channels: 1, classNames: ["it"],
                        pixels: [UInt8](repeating: 0, count: 36), labels: [0]),
                    batchSize: 1, augmentation: Augmentation([.crop(RandomCrop(padding: 4, mode: .reflect))]))
            },
            saying: "BatchLoader: crop: padding 4 by reflection of images of 4×9, expected less than 4")
    }
}
