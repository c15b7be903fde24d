import Apus

/// What `apus data check` says of a table.
struct TableCheckReport: Encodable {
    struct Column: Encodable {
        let name: String
        let kind: String
        let missing: Int
        let infinite: Int
        let outlying: Int
        let distinct: Int
    }

    let data: String
    let rows: Int
    let columns: [Column]
    let repeatedRows: [Int]
    let incompleteRows: [Int]
    let suggestions: [String]

    init(_ check: TableCheck, table: Table, source: String) {
        data = source
        rows = table.rowCount
        columns = check.columns.map { column in
            Column(
                name: column.name, kind: column.isNumeric ? "numbers" : "text", missing: column.missing,
                infinite: column.infinite, outlying: column.outlying, distinct: column.distinct)
        }
        (repeatedRows, incompleteRows) = (check.repeatedRows, check.incompleteRows)
        suggestions = check.suggestions
    }

    /// Writes the findings as a table and sentences.
    func show(_ console: Console) {
        console.line(
            "\(console.styled("data     ", .dim)) \(data): \(Numbers.grouped(rows)) rows of \(columns.count) columns")
        console.line()
        let header = ["column", "kind", "missing", "infinite", "unusual", "different"]
        let lines = TextTable(
            rows: [header]
                + columns.map { column in
                    [column.name, column.kind]
                        + [column.missing, column.infinite, column.outlying, column.distinct].map(Numbers.grouped)
                }
        ).lines
        for (index, line) in lines.enumerated() { console.line(index == 0 ? console.styled(line, .dim) : line) }
        console.line()
        console.line("repeated rows    \(Numbers.grouped(repeatedRows.count))")
        console.line("incomplete rows  \(Numbers.grouped(incompleteRows.count))")
        console.line()
        if suggestions.isEmpty { console.line("Nothing is wrong with this table.") }
        for suggestion in suggestions { console.line("- \(suggestion)") }
    }
}
