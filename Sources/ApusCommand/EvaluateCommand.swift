import Apus
import ArgumentParser

/// `apus evaluate`
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Scores a run on the test images: loss, accuracy, F1, ROC AUC, confusion.",
        discussion: """
            EXAMPLES
              apus evaluate --run runs/2026-01-31-120000-keras-cnn
              apus evaluate --run runs/mine --data ~/cifar-10-batches-bin --json scores.json
              apus evaluate --run runs/mine --tta mirror-translate
            """)

    @Option(
        name: .customLong("run"), help: ArgumentHelp("The run's directory.", valueName: "dir"),
        completion: .directory)
    var directory: String

    @OptionGroup var data: DataOptions

    @OptionGroup var testing: TestOptions

    @OptionGroup var threads: ThreadOptions

    @Option(help: ArgumentHelp("Also write the scores to a file.", valueName: "file"), completion: .file())
    var json: String?

    func run() async throws {
        try JSONReport.check(json)
        let saved = try SavedRun(directory)
        let images = try await LabelledData.load(
            data.data.map(DataSource.init) ?? saved.data, imageSize: saved.imageSize, signals: InterruptSignals())
        try saved.check(images)
        let trainer = try saved.run.loadModel(pool: threads.pool)
        let views = try testing.views
        let evaluation =
            views.map { trainer.evaluate(images.test, by: $0) } ?? trainer.evaluate(.images(images.test))
        let report = EvaluationReport(evaluation, classNames: saved.configuration.classNames)
        if let json { try JSONReport(report).write(to: json) }
        let console = Console.standard
        console.line("\(console.styled("run      ", .dim)) \(directory), \(saved.configuration.modelName)")
        console.line(
            "\(console.styled("data     ", .dim)) \(images.title), \(Numbers.grouped(report.images)) test images")
        report.show(console)
    }
}
