import Apus
import ArgumentParser

/// `apus train`
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a network and saves it as a run.",
        discussion: """
            Without --data, CIFAR-10 is taken from data/cifar-10-batches-bin, or downloaded to there; offline, drawn \
            images take its place. The run is saved after every epoch. Ctrl-C and SIGTERM finish the step, save and \
            exit 130 or 143; --resume goes on from there and ends with the same bits. Beside the last weights lie those of \
            the best epoch, best.safetensors, and at the end report.html.

            EXAMPLES
              apus train
              apus train --data synthetic --epochs 3
              apus train --limit 5000 --validation-fraction 0.1 --output runs/small
              apus train --optimizer sgd --learning-rate 0.05 --momentum 0.9
              apus train --augment flip,crop:4 --dropout 0.3 --optimizer adamw --schedule one-cycle --epochs 30
              apus train --batch-size 2000 --accumulate 10
              apus train --data photos --initialize-from runs/small --replace-head --freeze 'conv*'
              apus train --image-size 224 --epochs 1
              apus train --epochs 100 --validation-fraction 0.1 --early-stopping 5
              apus train --tensorboard logs/first --csv first.csv
              apus train --folds 5 --epochs 10
              apus train --recipe airbench94 --seed 2
              apus train --recipe airbench94 --set epochs=4 --set settings.precision=fp32
              apus train --resume runs/small --epochs 20
            """)

    @OptionGroup var options: TrainOptions

    @OptionGroup(title: "Recipe") var recipe: RecipeOptions

    @OptionGroup(title: "Optimizer") var optimization: OptimizerOptions

    @OptionGroup(title: "Regularization") var regularization: RegularizationOptions

    @OptionGroup(title: "Transfer") var transfer: TransferOptions

    @OptionGroup var data: DataOptions

    @OptionGroup var archive: ArchiveOptions

    @OptionGroup var threads: ThreadOptions

    @OptionGroup(title: "Watching the run") var watch: WatchOptions

    @Option(
        help: ArgumentHelp("Directory of the new run (default: runs/<date>-<model>).", valueName: "dir"),
        completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp("Go on with a run that was stopped or shall last longer.", valueName: "dir"),
        completion: .directory)
    var resume: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Train n times, each time holding out another part of the training images, and tell mean and deviation.",
            valueName: "n"))
    var folds: Int?

    @OptionGroup var testing: TestOptions

    @Option(help: ArgumentHelp("Also write the epochs' results to a file.", valueName: "file"), completion: .file())
    var json: String?

    func validate() throws {
        if recipe.recipe != nil {
            try checkRecipeStandsAlone()
        } else if resume == nil {
            try optimization.checkOptimizer()
        }
        try check("folds", folds, isAtLeast: 2)
        if folds != nil, resume != nil {
            throw ValidationError("--folds begins anew: go on with one of its runs by --resume alone")
        }
        if folds != nil, options.validationFraction != nil {
            throw ValidationError("--folds holds out a part of its own: leave --validation-fraction out")
        }
        if output != nil, resume != nil {
            throw ValidationError("--resume goes on in the run's own directory: leave --output out")
        }
        if output == "" { throw ValidationError("--output is empty, expected a directory") }
    }

    /// The groups whose options a run records as text.
    var recordedOptions: [any RecordedOptions] { [optimization, regularization, transfer, recipe] }

    /// A recipe says all that these options say.
    private func checkRecipeStandsAlone() throws {
        let others: [any RecordedOptions] = [optimization, regularization, transfer]
        let given =
            others.flatMap { $0.recorded.compactMap { option in option.text.map { _ in option.name } } }
            + [
                ("model", options.model != nil), ("image-size", options.imageSize != nil),
                ("optimizer", optimization.optimizer != nil), ("learning-rate", optimization.learningRate != nil),
                ("momentum", optimization.momentum != nil),
            ].filter(\.1).map(\.0)
        if let option = given.first {
            throw ValidationError("--recipe says what --\(option) says: leave it out and change the recipe by --set")
        }
    }

    func run() async throws {
        try JSONReport.check(json)
        try watch.check()
        let signals = InterruptSignals()
        if let folds { return try await crossValidate(folds, signals) }
        let job =
            if let resume {
                try await ResumedRun(resume).job(self, signals: signals)
            } else {
                try await newJob(signals)
            }
        try TrainingSession(job: job, json: json, signals: signals).run()
    }
}
