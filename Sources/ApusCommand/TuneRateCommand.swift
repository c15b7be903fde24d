import Apus
import ApusBenchmarks
import ArgumentParser
import Foundation

/// `apus tune-rate`
struct TuneRateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune-rate",
        abstract: "Looks for a good learning rate of a training.",
        discussion: """
            Takes training steps whose rate grows from --lowest to --highest and watches the loss: where it falls fastest is \
            a good rate, where it rises again one that is too high. Takes the same options as apus train; nothing is saved.

            EXAMPLES
              apus tune-rate
              apus tune-rate --optimizer sgd --momentum 0.9 --batch-size 128 --steps 400
              apus tune-rate --data synthetic --html rate.html
            """)

    @OptionGroup var options: TrainOptions

    @OptionGroup(title: "Optimizer") var optimization: OptimizerOptions

    @OptionGroup(title: "Regularization") var regularization: RegularizationOptions

    @OptionGroup(title: "Transfer") var transfer: TransferOptions

    @OptionGroup var data: DataOptions

    @OptionGroup var archive: ArchiveOptions

    @OptionGroup var threads: ThreadOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("Rate of the first step.", valueName: "rate"))
    var lowest = 1e-6

    @Option(parsing: .unconditional, help: ArgumentHelp("Rate of the last step.", valueName: "rate"))
    var highest = 1.0

    @Option(parsing: .unconditional, help: ArgumentHelp("Training steps.", valueName: "n"))
    var steps = 200

    @Option(help: ArgumentHelp("Write the steps to a file.", valueName: "file"), completion: .file())
    var json: String?

    @Option(
        help: ArgumentHelp("Write a page with a plot, which needs nothing else.", valueName: "file"),
        completion: .file())
    var html: String?

    func validate() throws {
        try check("steps", steps, isAtLeast: 2)
        if !(lowest > 0 && highest > lowest && Float(highest).isFinite) {
            throw ValidationError("--lowest is \(lowest), --highest \(highest), expected 0 < lowest < highest")
        }
        if optimization.learningRate != nil {
            throw ValidationError("--learning-rate is what is looked for: leave it out")
        }
        if options.epochs != nil { throw ValidationError("--epochs is for apus train, here --steps counts") }
        if optimization.schedule != nil || optimization.warmUp != nil {
            throw ValidationError("--schedule and --warm-up are for apus train, here the rate grows")
        }
        try optimization.checkOptimizer()
    }

    func run() async throws {
        try JSONReport.check(json)
        try JSONReport.check(html)
        let library = try html.map { _ in try ChartLibrary() }
        let signals = InterruptSignals()
        let (trainer, images) = try await training(signals)
        let console = Console.standard
        let search = RateFinder(lowest: lowest, highest: highest, steps: steps).search(
            trainer, on: .images(images.train), stop: signals.stop
        ) { point in
            console.status("rate \(Numbers.rate(point.rate))  loss \(Numbers.fixed(point.smoothedLoss, 4))")
        }
        try signals.check()
        let report = RateReport(search, model: options.model ?? ModelChoice.defaultName, trainer, data: images.title)
        report.show(console)
        if let json { try JSONReport(report).write(to: json) }
        if let html, let library { try AtomicFile.write(RatePage(library: library).page(report), to: html) }
        if search.points.isEmpty { throw UsageError("the loss is no number before the first step: nothing was found") }
    }

    /// What would be trained, and with what.
    private func training(_ signals: InterruptSignals) async throws -> (Trainer, TrainingImages) {
        let training = NewTraining(
            options: options, optimization: optimization, regularization: regularization, transfer: transfer,
            threads: threads, recipe: nil)
        let source = try transfer.source()
        let data = try await training.load(self.data, archive, source, signals)
        let images = try training.images(data)
        return (try training.prepare(data, images.train, source).trainer, images)
    }
}
