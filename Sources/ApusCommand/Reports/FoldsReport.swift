import Apus

/// What `apus train --folds` says at the end, and writes with `--json`.
struct FoldsReport: Encodable {
    struct Fold: Encodable {
        let validationLoss: Double
        let validationAccuracy: Double?
        let run: String
    }

    let folds: [Fold]
    let meanLoss: Double
    let lossDeviation: Double
    let meanAccuracy: Double?
    let accuracyDeviation: Double?
    let trainingSeconds: Double

    init(_ result: CrossValidation, directory: String, trainingSeconds: Double) {
        folds = result.scores.enumerated().map { index, score in
            Fold(
                validationLoss: score.loss, validationAccuracy: score.accuracy, run: "\(directory)/fold-\(index + 1)")
        }
        meanLoss = result.meanLoss
        lossDeviation = result.lossDeviation
        meanAccuracy = result.meanAccuracy
        accuracyDeviation = result.accuracyDeviation
        self.trainingSeconds = trainingSeconds
    }

    func show(_ console: Console) {
        for (index, fold) in folds.enumerated() {
            console.line(
                "fold \(index + 1)  validation loss \(Numbers.fixed(fold.validationLoss, 4))  validation accuracy "
                    + "\(Numbers.share(fold.validationAccuracy))  \(fold.run)")
        }
        let accuracy = [meanAccuracy, accuracyDeviation].map { Numbers.share($0) }.joined(separator: " ± ")
        console.line(
            "mean    validation loss \(Numbers.fixed(meanLoss, 4)) ± \(Numbers.fixed(lossDeviation, 4))  validation "
                + "accuracy \(console.styled(accuracy, .bold))")
    }
}
