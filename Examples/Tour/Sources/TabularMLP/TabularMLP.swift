import Apus
import Foundation
import Support

/// Tells malignant from benign tumours by thirty measurements of their cells: a network of two hidden layers.
@main
struct TabularMLP {
    static func main() {
        run(takesFile: true) { arguments in
            let table = try Table(csv: arguments.file ?? "Data/breast-cancer.csv")
            guard case .text(let classNames, let diagnoses)? = table["diagnosis"]?.values else {
                throw UsageError("the table has no column diagnosis of text")
            }
            let classes = diagnoses.compactMap(\.self)
            let names = table.columns.map(\.name).filter { $0 != "diagnosis" }
            let features: Tensor<Float> = Tensor(converting: table.features(names).values)

            // Fifths with the classes in the table's proportions: three to learn from, one to stop by, one to judge by.
            let folds = Folds(of: table.rowCount, count: 5, labels: classes.map { Int($0) }, key: RandomKey(seed: 1))
            let (validationRows, testRows) = (folds.validationIndices(0), folds.validationIndices(1))
            let trainRows = folds.trainIndices(0).filter { !testRows.contains($0) }

            // Means and deviations are those of the training rows alone.
            let scaling = FeatureScaling.standardizing(features.gathering(trainRows))
            func examples(_ rows: [Int]) -> Examples {
                .classified(inputs: scaling(features.gathering(rows)), classes: rows.map { classes[$0] })
            }

            let model = Sequential(input: [names.count]) {
                Dense(32, activation: .relu)
                Dropout(0.3)
                Dense(16, activation: .relu)
                Dense(classNames.count, activation: .softmax)
            }
            let trainer = Trainer(
                model: model, optimizer: Adam(learningRate: 3e-3), settings: TrainingSettings(batchSize: 32))

            let directory = FileManager.default.temporaryDirectory.appending(path: "tabular-mlp-\(getpid())")
            defer { try? FileManager.default.removeItem(at: directory) }
            let savedRun = Run(directory.path)
            try savedRun.prepare()
            let monitor = Monitor(.validationLoss)
            let outcome = try trainer.fit(
                examples(trainRows), validation: examples(validationRows), epochs: 200,
                callbacks: [
                    EarlyStopping(monitor, patience: 15, restoringFrom: savedRun),
                    CheckpointWriter(
                        savedRun,
                        configuration: RunConfiguration(trainer, modelName: "tabular-mlp", classNames: classNames),
                        best: monitor),
                ])
            let history = trainer.progress.history
            let best = monitor.best(of: history)?.epoch ?? history.count
            let end = outcome == .endedEarly ? "ended early" : "not ended early"
            print("\(history.count) epochs, \(end); the weights are those of epoch \(best)")

            let truth = testRows.map { classes[$0] }
            let probabilities = trainer.predict(examples(testRows))
            report(ConfusionMatrix(scores: probabilities, classes: truth), classNames)
            let malignant = probabilities[..., 1].scalars
            if let area = Metrics.rocAUC(malignant, positives: truth.map { $0 == 1 }) {
                print("ROC AUC \(text(area, 4))")
            }
        }
    }

    /// Prints what was taken for what, and the scores of each class.
    static func report(_ confusion: ConfusionMatrix, _ classNames: [String]) {
        print("\non \(confusion.examples) tumours held out")
        print(row("true, found as", classNames + ["precision", "recall", "F1"]))
        for (index, score) in confusion.classScores.enumerated() {
            let scores = [score.precision, score.recall, score.f1].map { text($0 ?? .nan) }
            print(row(classNames[index], confusion.counts[index].map(String.init) + scores))
        }
        print("accuracy \(text(confusion.accuracy ?? .nan)), macro F1 \(text(confusion.f1(.macro) ?? .nan))")
    }
}
