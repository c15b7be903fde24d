import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// Averages over views of an image.
@Suite struct TestTimeAugmentationTests {
    private let images = SyntheticImages.generate(train: 40, test: 0).train
    private let trainer = Trainer(
        model: Sequential(input: [32, 32, 3]) {
            Conv2D(8, kernel: 3, activation: .relu)
            Flatten()
            Dense(10, activation: .softmax)
        }, settings: TrainingSettings(batchSize: 16, seed: 3))

    private func logits(_ view: ImageView) -> [Double] {
        let seen = images.seen(as: view, pool: WorkerPool(threads: 1))
        return trainer.predict(.images(seen)).scalars.map { log(Double($0)) }
    }

    private func softmax(_ logits: [Double]) -> [Double] {
        stride(from: 0, to: logits.count, by: 10).flatMap { start in
            let powers = logits[start..<start + 10].map { exp($0) }
            let sum = powers.reduce(0, +)
            return powers.map { $0 / sum }
        }
    }

    /// airbench's formula: half of the mean of image and mirror image, half of that of both moved ones.
    @Test func mirrorAndTranslateIsTheSourcesFormula() {
        func mirrored(_ shift: Int) -> [Double] {
            zip(
                logits(ImageView(down: shift, right: shift)),
                logits(ImageView(down: shift, right: shift, isMirrored: true))
            ).map { 0.5 * $0 + 0.5 * $1 }
        }
        let moved = zip(mirrored(-1), mirrored(1)).map { 0.5 * $0 + 0.5 * $1 }
        let expected = softmax(zip(mirrored(0), moved).map { 0.5 * $0 + 0.5 * $1 })
        let found = trainer.predict(images, by: .mirrorAndTranslate).scalars.map(Double.init)
        #expect(found.count == expected.count)
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func onlyTheLeastConfidentAreLookedAtAgain() {
        let plain = trainer.predict(.images(images)).scalars
        let whole = trainer.predict(images, by: .mirror).scalars
        var quarter = TestTimeAugmentation.mirror
        quarter.leastConfidentShare = 0.25
        let mixed = trainer.predict(images, by: quarter).scalars
        let confidence = (0..<40).map { plain[$0 * 10..<$0 * 10 + 10].max() ?? 0 }
        let again = Set((0..<40).sorted { confidence[$0] < confidence[$1] }.prefix(10))
        for image in 0..<40 {
            let row = image * 10..<image * 10 + 10
            let expected = again.contains(image) ? whole[row] : plain[row]
            #expect(zip(mixed[row], expected).allSatisfy { abs($0 - $1) < 1e-6 }, "image \(image)")
        }
    }

    @Test func evaluationCountsWhatIsPredicted() {
        let evaluation = trainer.evaluate(images, by: .mirror)
        let probabilities = trainer.predict(images, by: .mirror).scalars
        let labels = images.labels
        let right = labels.enumerated().filter { index, label in
            let row = probabilities[index * 10..<index * 10 + 10]
            return row.firstIndex(of: row.max() ?? 0) == index * 10 + label
        }
        #expect(evaluation.accuracy == Double(right.count) / 40)
        let loss = labels.enumerated().reduce(0.0) { $0 - log(Double(probabilities[$1.offset * 10 + $1.element])) } / 40
        #expect(abs(evaluation.loss - loss) < 1e-6)
    }

    @Test func settingsAreChecked() {
        var views = TestTimeAugmentation.mirror
        views.leastConfidentShare = 1.5
        #expect(views.mistake != nil)
        views = .mirror
        views.views = []
        #expect(views.mistake != nil)
    }
}
