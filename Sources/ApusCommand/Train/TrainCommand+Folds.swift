import Apus

extension TrainCommand {
    /// Trains once for each part of the training images, each time validating with that part, and tells how the last epochs
    /// fared on what was held out. Each training is a run of its own, `fold-1` and so on.
    func crossValidate(_ count: Int, _ signals: InterruptSignals) async throws {
        let source = try transfer.source()
        let training = try newTraining
        let settings = try training.settings
        let data = try await training.load(self.data, archive, source, signals)
        let images = try training.images(data).train
        guard images.count >= count else {
            throw UsageError("--folds is \(count), there are \(images.count) training images")
        }
        let folds = Folds(images, count: count, key: RandomKey(seed: settings.seed).folding(Self.foldStream))
        let parent = try RunDirectory(output, model: training.recipe?.name ?? options.model ?? ModelChoice.defaultName)
        let console = Console.standard
        var scores: [Score] = []
        var seconds = 0.0
        for fold in 0..<count {
            console.line(console.styled("fold \(fold + 1) of \(count)", .bold))
            let split = folds.split(images, fold: fold)
            let directory = try RunDirectory("\(parent.path)/fold-\(fold + 1)", model: ModelChoice.defaultName)
            let job = try job(
                directory, data, TrainingImages(split, test: data.test, title: data.title), source)
            try TrainingSession(job: job, json: nil, signals: signals).run()
            guard let record = job.trainer.progress.history.last, let score = record.validation else { continue }
            scores.append(score)
            seconds += job.trainer.progress.history.reduce(0) { $0 + $1.seconds }
            console.line()
        }
        let report = FoldsReport(CrossValidation(scores), directory: parent.path, trainingSeconds: seconds)
        if let json { try JSONReport(report).write(to: json) }
        report.show(console)
    }

    /// Keeps the folds independent of weights and order under the same seed.
    private static let foldStream = 0x666F6C6473
}
