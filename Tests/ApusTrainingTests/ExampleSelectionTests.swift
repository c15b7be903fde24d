import ApusDatasets
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import Foundation
import TestSupport
import Testing

/// Epochs of the hardest examples.
@Suite struct ExampleSelectionTests {
    private static let images = SyntheticImages.generate(train: 50, test: 10, seed: 1).train

    private func trainer(share: Double?, accumulation: Int = 1, threads: Int = 2) -> Trainer {
        let model = Sequential(input: [32, 32, 3]) {
            AveragePool2D(4)
            Flatten()
            Dense(10, activation: .softmax)
        }
        let settings = TrainingSettings(
            batchSize: 12, accumulation: accumulation, selection: share.map { ExampleSelection(share: $0) })
        return Trainer(
            model: model, optimizer: SGD(learningRate: 0.05), settings: settings, pool: WorkerPool(threads: threads))
    }

    private func weights(_ trainer: Trainer) -> [Float] {
        trainer.parameters.layout.entries.flatMap { trainer.parameters.tensor($0.name)?.scalars ?? [] }
    }

    @Test func anEpochTakesItsShare() throws {
        let trainer = trainer(share: 0.7)
        try trainer.fit(.images(Self.images), epochs: 4)
        // 35 images in batches of 12.
        #expect(trainer.progress.step == 12)
    }

    /// The second epoch, worked out from the losses that the network has in the first. The rate is zero, so that they stay.
    @Test func theHardestOfThoseSeenComeBack() throws {
        let trainer = Trainer(
            model: trainer(share: nil).model, optimizer: SGD(learningRate: 0),
            settings: TrainingSettings(batchSize: 12, selection: ExampleSelection(share: 0.7)))
        try trainer.fit(.images(Self.images), epochs: 2)
        let probabilities = trainer.predict(.images(Self.images)).scalars
        let losses = (0..<50).map { -log(probabilities[$0 * 10 + Self.images.label(of: $0)]) }
        let key = RandomKey(seed: 1).folding(RandomStream.shuffling).folding(0)
        let first = key.permutation(count: 50).prefix(35)
        let hardest = first.sorted { losses[$0] > losses[$1] }.prefix(20)
        let second = Set(0..<50).subtracting(first).union(hardest)
        for (record, examples) in zip(trainer.progress.history, [Set(first), second]) {
            let mean = examples.reduce(0) { $0 + Double(losses[$1]) } / 35
            #expect(abs(record.train.loss - mean) < 1e-5 * mean)
        }
    }

    @Test func aShareOfOneIsEveryExample() throws {
        let (all, plain) = (trainer(share: 1), trainer(share: nil))
        for trainer in [all, plain] { try trainer.fit(.images(Self.images), epochs: 3) }
        #expect(weights(all) == weights(plain))
    }

    @Test func threadsAndPartsOfABatchTakeTheSameExamples() throws {
        let trainers = [
            trainer(share: 0.6), trainer(share: 0.6, threads: 1), trainer(share: 0.6, accumulation: 3),
        ]
        for trainer in trainers { try trainer.fit(.images(Self.images), epochs: 4) }
        #expect(weights(trainers[0]) == weights(trainers[1]))
        expectClose(weights(trainers[2]), weights(trainers[0]), relative: 1e-4)
    }

    @Test func lossesOfOtherLengthsAreRefused() throws {
        try withTemporaryDirectory { directory in
            let run = Run(directory)
            let trainer = trainer(share: 0.6)
            try trainer.fit(.images(Self.images), epochs: 1)
            try run.save(trainer, configuration: RunConfiguration(trainer, modelName: "some"))
            let path = "\(directory)/model.safetensors"
            let file = try SafetensorsFile(path: path)
            var contents = SafetensorsContents(metadata: file.metadata)
            for entry in file.entries {
                let scalars: [Float] = try file.scalars(named: entry.name)
                let isShort = entry.name == "selection.current_losses"
                contents.add(
                    entry.name, shape: isShort ? [49] : entry.shape,
                    scalars: isShort ? Array(scalars.dropLast()) : scalars)
            }
            try contents.write(to: path)
            let error = #expect(throws: FileError.self) { try run.resume() }
            #expect(
                "\(try #require(error))".contains("\"selection.current_losses\" of shape [49], expected shape [50]"))
        }
    }

    @Test func recipesTakeAShare() throws {
        let recipe = try Recipe.kerasCNN.setting("settings.selection", to: #"{"share": 0.5}"#)
        #expect(recipe.settings.selection == ExampleSelection(share: 0.5))
        #expect(recipe.settings.selection?.count(of: 7) == 4)
        let error = #expect(throws: RecipeError.self) { try recipe.setting("settings.selection.share", to: "0") }
        #expect("\(try #require(error))".contains("ExampleSelection: share is 0.0, expected 0 < share ≤ 1"))
    }
}
