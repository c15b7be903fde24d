import ApusTensors

extension Table {
    /// The table as CSV (RFC 4180) that ``init(csv:delimiter:)`` reads back: numbers with all their digits, missing values
    /// empty, text in quotes where it needs them.
    public var csv: String {
        var text = columns.map { Self.quoted($0.name) }.joined(separator: ",") + "\n"
        for row in 0..<rowCount {
            for (index, column) in columns.enumerated() {
                if index > 0 { text += "," }
                switch column.values {
                case .numbers(let numbers): text += numbers[row].isNaN ? "" : "\(numbers[row])"
                case .text(let categories, let indices):
                    if let category = indices[row] { text += Self.quoted(categories[Int(category)]) }
                }
            }
            text += "\n"
        }
        return text
    }

    /// Writes the table as a CSV file.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public func write(csv path: String) throws(FileError) { try AtomicFile.write(csv, to: path) }

    private static func quoted(_ text: String) -> String {
        let isPlain = !text.unicodeScalars.contains { "\",\n\r".unicodeScalars.contains($0) }
        return isPlain
            ? text
            : "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
