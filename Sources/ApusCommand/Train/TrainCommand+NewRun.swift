import Apus

extension TrainCommand {
    /// The options that a new training is made of; `tune-rate` has the same.
    var newTraining: NewTraining {
        get throws {
            NewTraining(
                options: options, optimization: optimization, regularization: regularization, transfer: transfer,
                threads: threads, recipe: try recipe.chosen())
        }
    }

    /// A training from its start, as the options describe it.
    func newJob(_ signals: InterruptSignals) async throws -> TrainingJob {
        let source = try transfer.source()
        // Refused before a directory is made.
        let training = try newTraining
        _ = try training.settings
        let name = try training.recipe?.name ?? ModelChoice(name: options.model, imageSize: options.imageSize).name
        let directory = try RunDirectory(output, model: options.model ?? source?.run.configuration.modelName ?? name)
        do {
            let data = try await training.load(self.data, archive, source, signals)
            let images = try training.images(data)
            return try job(directory, data, images, source)
        } catch {
            directory.removeIfUnused()
            throw error
        }
    }

    /// A training on some images of the data.
    func job(
        _ directory: RunDirectory, _ data: LabelledData, _ images: TrainingImages, _ source: TransferSource?
    ) throws -> TrainingJob {
        let training = try newTraining
        let start = ContinuousClock.now
        let prepared = try training.prepare(data, images.train, source)
        prepared.trainer.progress.preparationSeconds = start.duration(to: .now) / .seconds(1)
        let epochs = training.epochs
        var notes = [
            SavedRun.Note.data: data.source, SavedRun.Note.epochs: "\(epochs)",
            SavedRun.Note.validationFraction: "\(options.validationFraction ?? 0)",
        ]
        notes[SavedRun.Note.limit] = options.limit.map(String.init)
        notes[SavedRun.Note.watch] = try TrainingWatch(watch, hasValidation: images.validation != nil).note()
        for group in recordedOptions { notes.merge(group.notes) { $1 } }
        let configuration = RunConfiguration(
            prepared.trainer, modelName: prepared.modelName, classNames: data.train.classNames,
            testTimeAugmentation: try testing.views ?? training.recipe?.testTimeAugmentation, notes: notes)
        return TrainingJob(
            run: Run(directory.path), newDirectory: directory, trainer: prepared.trainer, configuration: configuration,
            images: images, epochs: epochs, threads: threads.count)
    }
}
