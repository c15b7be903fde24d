import ApusBenchmarks

/// Tables of measured rows on the terminal.
enum BenchmarkReport {
    static func show(_ results: [BenchmarkResult], on console: Console = .standard) {
        for table in ResultTable.tables(results) {
            console.line(console.styled(table.title, .bold))
            for line in TextTable(rows: table.cells).lines { console.line(line) }
            console.line()
        }
        let unsettled = results.filter { $0.status == .unsettled }.count
        let drifted = results.filter { $0.status == .drifted }.count
        let invalid = results.filter { $0.status == .invalid }
        let refused = results.filter { $0.status == .refused }
        console.line(
            "\(results.count) rows: \(unsettled) did not settle, \(drifted) drifted, \(invalid.count) invalid, \(refused.count) refused"
        )
        console.line(console.styled(ResultTable.legend, .dim))
        for row in invalid + refused { console.note("\(row.identity): \(row.notes.joined(separator: "; "))") }
    }

    /// A line for each compared row, the second side over the first.
    static func show(_ rows: [RowComparison], labels: (String, String), on console: Console = .standard) {
        let heading = ["", "threads", "batch", "type", "unit", labels.0, labels.1, "\(labels.1) / \(labels.0)", "95 %"]
        let cells = rows.map { row in
            let identity = row.identity
            let interval = row.speedup.interval
            return [
                "\(identity.suite) \(identity.name)", "\(identity.threads)", "\(identity.batch)", identity.dtype,
                identity.metric.unit, ResultTable.figure(row.first), ResultTable.figure(row.second),
                "\(ResultTable.figure(row.speedup.ratio))×",
                "\(ResultTable.figure(interval.lowerBound))–\(ResultTable.figure(interval.upperBound))",
            ]
        }
        for line in TextTable(rows: [heading] + cells).lines { console.line(line) }
    }
}
