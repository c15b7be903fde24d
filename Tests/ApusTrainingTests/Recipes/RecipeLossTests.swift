import ApusDatasets
import ApusParallel
import ApusTraining
import Testing

/// Two epochs of every recipe on a few drawn images, against losses that were seen before: what changes a training shows here.
@Suite struct RecipeLossTests {
    /// Mean losses of the two epochs.
    private static let losses = [
        "keras-cnn": [2.36604, 2.29865], "keras-cnn-224": [17.1110, 2.59244], "cifar10-90": [2.29519, 2.06915],
        "airbench94": [2.28804, 2.08671], "cifar10-94": [2.29244, 2.07677], "cifar10-95": [2.29347, 1.92513],
        "resnet18": [4.85661, 6.88737],
    ]

    @Test(arguments: Recipe.library.map(\.name)) func lossesAreThoseOfBefore(name: String) throws {
        var recipe = try #require(Recipe.named(name))
        recipe.settings.batchSize = 32
        let images = SyntheticImages.generate(train: 128, test: 0).train
        let trainer = try recipe.trainer(on: images, pool: WorkerPool(threads: 2))
        try trainer.fit(.images(images), epochs: 2)
        let found = trainer.progress.history.map(\.train.loss)
        let expected = try #require(Self.losses[name], "\(name): \(found)")
        // Instruction sets round transforms and sums differently.
        for (loss, before) in zip(found, expected) { #expect(abs(loss - before) < 0.01 * before, "\(name): \(found)") }
    }
}
