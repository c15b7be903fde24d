import Apus
import ApusBenchmarks
import ArgumentParser
import Foundation

/// `apus bench`
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures this machine, the kernels and the engine, verified and with their uncertainty.",
        discussion: """
            EXAMPLES
              apus bench --quick
              apus bench --suite gemm,convolution --threads 1,2 --json results.json --html report.html
              apus bench --suite convolution --filter "keras-cnn/conv2 forward"
              apus bench --suite layers --model runs/mine
              apus bench --baseline results.json --fail-below 0.95
              apus bench --suite peers --peers Benchmarks/peers
            """)

    @OptionGroup var selection: SuiteSelection

    @OptionGroup var output: ReportFiles

    @Option(
        help: ArgumentHelp("Compare with the rows of an earlier --json FILE.", valueName: "file"), completion: .file())
    var baseline: String?

    @Option(
        help: ArgumentHelp(
            "Exit with 1 where a row is surely slower than this share of the baseline.", valueName: "share"))
    var failBelow: Double?

    func validate() throws {
        if let failBelow, !(failBelow > 0 && failBelow <= 1) {
            throw ValidationError("--fail-below is \(failBelow), expected a share above 0 and up to 1")
        }
        if failBelow != nil, baseline == nil { throw ValidationError("--fail-below needs --baseline FILE") }
    }

    func run() throws {
        try output.check()
        let baseline = try baseline.map { try ResultFile(path: $0) }
        let run = try BenchmarkRun(selection)
        let file = run.results()
        BenchmarkReport.show(file.results)
        try output.write(file)
        try run.check()
        if let baseline { try compare(file, with: baseline) }
    }

    private func compare(_ file: ResultFile, with baseline: ResultFile) throws {
        let console = Console.standard
        let comparison = BaselineComparison(file.results, in: file.context, with: baseline)
        console.line()
        for remark in comparison.remarks { console.note("Note: \(remark)") }
        guard let failBelow else {
            BenchmarkReport.show(comparison.rows, labels: ("baseline", "now"))
            return
        }
        if comparison.rows.isEmpty {
            throw ComparisonFellShort("there is no row that can be compared with the baseline")
        }
        let regressions = comparison.regressions(below: failBelow)
        if regressions.isEmpty {
            console.line("none of \(comparison.rows.count) rows is surely below \(failBelow) of the baseline")
            return
        }
        BenchmarkReport.show(regressions, labels: ("baseline", "now"))
        let names = regressions.map { "\($0.identity)" }.joined(separator: "\n  ")
        throw ComparisonFellShort(
            "\(regressions.count) of \(comparison.rows.count) rows are below \(failBelow) of the baseline:\n  \(names)")
    }
}
