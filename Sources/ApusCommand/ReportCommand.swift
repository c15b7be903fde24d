import Apus
import ApusBenchmarks
import ArgumentParser

/// `apus report`
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Shows results of apus bench again, several files as one, or writes the page of a run anew.",
        discussion: """
            Rows of later files replace the same rows of earlier ones; context and machine are the first file's. The page \
            of a run is report.html in its directory unless --html names another file.

            EXAMPLES
              apus report bench/results.json
              apus report bench/results.json bench/peers.json --html bench/report.html
              apus report --run runs/mine
            """)

    @Argument(help: ArgumentHelp("Files of apus bench --json.", valueName: "file"), completion: .file())
    var files: [String] = []

    @Option(
        name: .customLong("run"), help: ArgumentHelp("Directory of a run.", valueName: "dir"), completion: .directory)
    var directory: String?

    @OptionGroup var data: DataOptions

    @OptionGroup var threads: ThreadOptions

    @OptionGroup var output: ReportFiles

    func validate() throws {
        if files.isEmpty == (directory == nil) { throw ValidationError("expected files of apus bench, or --run") }
        if directory != nil, output.json != nil { throw ValidationError("--json belongs to files of apus bench") }
        if directory == nil, data.data != nil { throw ValidationError("--data belongs to --run") }
    }

    func run() async throws {
        if let directory { try await reportRun(directory) } else { try reportBenchmarks() }
    }

    private func reportRun(_ directory: String) async throws {
        let page = output.html ?? "\(directory)/\(RunReport.fileName)"
        let saved = try SavedRun(directory)
        try JSONReport.check(page)
        let images = try await LabelledData.load(
            data.data.map(DataSource.init) ?? saved.data, imageSize: saved.imageSize, signals: InterruptSignals())
        try saved.check(images)
        let trainer = try saved.run.resume(pool: threads.pool)
        try RunReport(trainer, configuration: saved.configuration, test: images.test).write(to: page)
        Console.standard.line(page)
    }

    private func reportBenchmarks() throws {
        try output.check()
        let read = try files.map { try ResultFile(path: $0) }
        var merged = read[0]
        for (name, file) in zip(files, read).dropFirst() {
            if !merged.context.sameMachine(as: file.context) {
                Console.standard.note("Warning: \(name) was measured on another machine: \(file.context.processor)")
            }
            merged.merge(file)
        }
        BenchmarkReport.show(merged.results)
        try output.write(merged)
    }
}
