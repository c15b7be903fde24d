import ApusDatasets
import ApusParallel
import ApusTensors
import Foundation
import TestSupport
import Testing

/// Images that are mixed of two, and their targets.
@Suite struct MixingTests {
    private static let count = 60
    private let pool = WorkerPool(threads: 2)
    /// Image `i` is all of shade `4·i`, of class `i % 6`.
    private let set = ImageSet(
        name: "shades", height: 8, width: 6, channels: 1,
        classNames: (0..<6).map { (label: Int) -> String in "\(label)" },
        pixels: (0..<count * 48).map { (index: Int) -> UInt8 in UInt8(index / 48 * 4) },
        labels: (0..<count).map { (index: Int) -> Int in index % 6 })

    private func loader(_ operation: Augmentation.Operation, batchSize: Int = count) -> BatchLoader {
        BatchLoader(set, batchSize: batchSize, augmentation: Augmentation([operation]))
    }

    @Test func mixUpBlendsPixelsAndTargetsAlike() {
        let (images, targets) = loader(.mixUp(MixUp(alpha: 1))).loadTargets(batch: 0, epoch: 0, pool: pool)
        // The partner is one distance away for all images: find it by the first one.
        let offsets = (1..<Self.count).filter { offset in
            (0..<Self.count).allSatisfy { index in
                let partner = (index + offset) % Self.count
                let own = Float(index * 4) / 255
                let other = Float(partner * 4) / 255
                let share = targets.scalars[index * 6 + index % 6]
                if index % 6 == partner % 6 { return abs(share - 1) < 1e-6 }
                let rest = targets.scalars[index * 6 + partner % 6]
                let blend = share * own + rest * other
                return abs(share + rest - 1) < 1e-6
                    && images.scalars[index * 48..<index * 48 + 48].allSatisfy { (pixel: Float) -> Bool in
                        abs(pixel - blend) < 1e-5
                    }
            }
        }
        #expect(offsets.count == 1)
        let shares = (0..<Self.count).map { targets.scalars[$0 * 6 + $0 % 6] }
        #expect(Set(shares).count > 10)
    }

    @Test func cutMixSharesTargetsAsPixels() {
        let (images, targets) = loader(.cutMix(CutMix())).loadTargets(batch: 0, epoch: 3, pool: pool)
        let labels = loader(.cutMix(CutMix())).load(batch: 0, epoch: 3, pool: pool).labels
        for index in 0..<Self.count {
            let pixels: [Int] = images.scalars[index * 48..<index * 48 + 48].map { (pixel: Float) -> Int in
                Int((pixel * 255).rounded()) / 4
            }
            let foreign = Set(pixels).subtracting([index])
            #expect(foreign.count <= 1)
            let own = Float(pixels.count { $0 == index }) / 48
            let row = Array(targets.scalars[index * 6..<index * 6 + 6])
            var expected = [Float](repeating: 0, count: 6)
            expected[index % 6] += own
            if let partner = foreign.first { expected[partner % 6] += 1 - own }
            expectClose(row, expected, relative: 0, absolute: 1e-6)
            #expect(row[Int(labels[index])] >= 0.5)
            let places = pixels.indices.filter { pixels[$0] != index }
            let (rows, columns) = (Set(places.map { $0 / 6 }), Set(places.map { $0 % 6 }))
            #expect(places.count == rows.count * columns.count)
        }
    }

    @Test func probabilityAndBatchesOfOne() {
        let plain = BatchLoader(set, batchSize: Self.count).loadTargets(batch: 0, epoch: 0, pool: pool)
        for operation in [Augmentation.Operation.mixUp(MixUp(probability: 0)), .cutMix(CutMix(probability: 0))] {
            let mixed = loader(operation).loadTargets(batch: 0, epoch: 0, pool: pool)
            #expect(mixed.images == plain.images && mixed.targets == plain.targets)
        }
        let alone = loader(.mixUp(MixUp(alpha: 1)), batchSize: 1).loadTargets(batch: 7, epoch: 0, pool: pool)
        #expect(
            alone.images.scalars.allSatisfy { abs($0 - 28 / 255) < 1e-6 }
                && alone.targets.scalars == [0, 1, 0, 0, 0, 0])
    }

    @Test func mixedImagesAreResizedAndScaled() {
        let loader = BatchLoader(
            set, batchSize: Self.count, imageSize: 16,
            scaling: .standardizing(mean: [0.4], deviation: [0.2]),
            augmentation: Augmentation([.mixUp(MixUp(alpha: 1))]))
        let (images, _) = loader.loadTargets(batch: 0, epoch: 0, pool: pool)
        let (plain, _) = self.loader(.mixUp(MixUp(alpha: 1))).loadTargets(batch: 0, epoch: 0, pool: pool)
        #expect(images.shape == [Self.count, 16, 16, 1])
        for index in 0..<Self.count {
            let expected = (plain.scalars[index * 48] - 0.4) / 0.2
            #expect(abs(images.scalars[index * 256 + 77] - expected) < 1e-5)
        }
    }

    /// Mean ½ and variance 1 / (4·(2·alpha + 1)); 20,000 draws err by under 0.01 in five deviations of the mean.
    @Test(arguments: [0.2, 0.5, 1, 2, 8])
    func betaDistribution(alpha: Double) {
        let draws = (0..<20_000).map { RandomKey(seed: 4).folding($0).symmetricBeta(alpha) }
        #expect(draws.allSatisfy { (0...1).contains($0) })
        let mean = draws.reduce(0, +) / 20_000
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(abs(mean - 0.5) < 0.018)
        #expect(abs(variance * 4 * (2 * alpha + 1) - 1) < 0.05)
    }

    @Test func boxesAreAsLargeAsTheirShare() {
        let boxes = (0..<4_000).map { CutMix().box(height: 32, width: 32, key: RandomKey(seed: 2).folding($0)) }
        #expect(boxes.allSatisfy { $0.rows.upperBound <= 32 && $0.columns.lowerBound >= 0 })
        #expect(boxes.contains { $0.rows.count > 28 } && boxes.contains { $0.rows.count < 4 })
        #expect(boxes.contains { $0.rows.lowerBound == 0 } && boxes.contains { $0.columns.upperBound == 32 })
    }

    @Test func ofTwoImagesEachIsTheOthersPartner() {
        for batch in 0..<10 {
            let targets = loader(.mixUp(MixUp(alpha: 1)), batchSize: 2).loadTargets(batch: batch, epoch: 0, pool: pool)
                .targets.scalars
            for index in 0..<2 {
                let (own, other) = ((batch * 2 + index) % 6, (batch * 2 + 1 - index) % 6)
                let (share, rest) = (targets[index * 6 + own], targets[index * 6 + other])
                #expect(share < 1 && rest > 0 && abs(share + rest - 1) < 1e-6)
            }
        }
    }
}
