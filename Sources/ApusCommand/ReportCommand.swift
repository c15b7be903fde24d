import Apus
import ApusBenchmarks
import ArgumentParser

/// `apus report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Shows results of apus bench again, several files as one.",
        discussion: """
            Rows of later files replace the same rows of earlier ones; context and machine are the first file's.

            EXAMPLES
              apus report bench/results.json
              apus report bench/results.json bench/peers.json --html bench/report.html
            """)

    @Argument(help: ArgumentHelp("Files of apus bench --json.", valueName: "file"), completion: .file())
    var files: [String]

    @OptionGroup var output: ReportFiles

    func run() throws {
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
