import Apus
import ApusBenchmarks
import ArgumentParser

/// Where results are written besides the terminal.
struct ReportFiles: ParsableArguments {
    @Option(help: ArgumentHelp("Write the results to a file.", valueName: "file"), completion: .file())
    var json: String?

    @Option(
        help: ArgumentHelp("Write a page with tables and plots, which needs nothing else.", valueName: "file"),
        completion: .file())
    var html: String?

    /// Finds out before anything is measured whether the files can be written.
    func check() throws {
        try JSONReport.check(json)
        try JSONReport.check(html)
        if html != nil { _ = try ChartLibrary() }
    }

    /// Writes the files that were asked for.
    func write(_ file: ResultFile) throws {
        let data = try file.json()
        if let json { try AtomicFile.write(data, to: json) }
        if let html { try AtomicFile.write(HTMLReport(library: try ChartLibrary()).page(json: data), to: html) }
    }
}
