import Apus
import ApusBenchmarks
import ArgumentParser

/// `apus compare`
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compares two algorithms, thread counts or results, taking turns, with the ratio's interval.",
        discussion: """
            A side is a label, =, and parts separated by commas: an algorithm, threads:N, or a file of apus bench --json.

            EXAMPLES
              apus compare --suite convolution --filter keras-cnn a=naive b=blas
              apus compare --suite convolution one=blas,threads:1 two=blas,threads:2
              apus compare --suite gemm before=results.json,blas now=blas
            """)

    @Argument(help: ArgumentHelp("The two sides.", valueName: "side"))
    var sides: [String]

    @OptionGroup var selection: SuiteSelection

    @OptionGroup var output: ReportFiles

    func validate() throws {
        guard sides.count == 2 else {
            throw ValidationError("there are \(sides.count) sides, expected two, as a=naive b=blas")
        }
        for side in sides where ComparisonSide(side) == nil {
            throw ValidationError("side \(side): expected label=algorithm, label=threads:N or label=FILE.json")
        }
        if selection.algorithms != nil { throw ValidationError("--algorithms is what the sides say") }
    }

    func run() throws {
        try output.check()
        let parsed = sides.compactMap(ComparisonSide.init)
        let (first, second) = (parsed[0], parsed[1])
        let files = try parsed.map { side in try side.file.map { try ResultFile(path: $0) } }
        let console = Console.standard
        let measured = parsed.filter { $0.file == nil }
        var own: [BenchmarkResult] = []
        if !measured.isEmpty {
            var selection = selection
            selection.ask(for: measured)
            let run = try BenchmarkRun(selection) { identity in
                identity.metric != .patchShare && measured.contains { $0.includes(identity) }
            }
            let file = run.results(inLockstep: true)
            try output.write(file)
            try run.check()
            own = file.results
        }
        let comparison = SideComparison(
            files[0]?.results ?? own, files[1]?.results ?? own, sides: (first, second), paired: measured.count == 2)
        guard let mean = comparison.meanSpeedup else {
            throw UsageError("no problem has rows of both sides, \(sides[0]) and \(sides[1])")
        }
        BenchmarkReport.show(comparison.rows, labels: (first.label, second.label))
        console.line()
        console.line(
            "geometric mean of \(comparison.rows.count) ratios: \(second.label) is \(ResultTable.figure(mean)) times as fast as \(first.label)"
        )
    }
}
