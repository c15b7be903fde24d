import ApusTensors
import SwiftCSV

extension Table {
    /// Fields that stand for a missing value, beside empty ones and NaN.
    public static let missingFields: Set<String> = ["NA", "N/A", "null", "NULL", "?"]

    /// Most bytes of a CSV file: 256 MiB. Text takes up to sixteen times its size while it is read.
    public static let byteLimit = 1 << 28

    /// Most columns of a table.
    public static let columnLimit = 1 << 16

    /// Reads a CSV file (RFC 4180): UTF-8, the columns' names in the first row, fields in quotes where they contain
    /// delimiters, quotes or line ends. Blanks around a field are dropped, empty lines passed over.
    ///
    /// A column is of numbers where every field is a decimal number, `inf`, `nan` or missing, else of text.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - delimiter: What stands between fields.
    /// - Throws: ``FileError`` where the file is missing, over ``byteLimit``, no UTF-8, has a quote that is not closed,
    ///   rows of other lengths than the first, or two columns of one name.
    public init(csv path: String, delimiter: Character = ",") throws(FileError) {
        let bytes = try readFile(path, expected: "a CSV table", atMost: Self.byteLimit)
        try self.init(csvBytes: bytes, name: path, delimiter: delimiter)
    }

    /// Reads the bytes of a CSV file; `name` stands for its path in errors.
    public init(csvBytes bytes: [UInt8], name: String, delimiter: Character = ",") throws(FileError) {
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw .malformed(path: name, found: "bytes that are no UTF-8", expected: "a CSV table in UTF-8")
        }
        // SwiftCSV takes a field to go on to the end of the file where a quote is not closed.
        guard bytes.count(where: { $0 == UInt8(ascii: "\"") }).isMultiple(of: 2) else {
            throw .malformed(path: name, found: "a quote that is not closed", expected: "an even number of quotes")
        }
        // SwiftCSV leaves an empty last field out where the last line has no end.
        if let last = bytes.last, last != UInt8(ascii: "\n"), last != UInt8(ascii: "\r") { text += "\n" }
        let rows = try Self.rows(text, name: name, delimiter: delimiter)
        guard let header = rows.names, !header.isEmpty else {
            throw .malformed(path: name, found: "no text", expected: "a CSV table with the columns' names")
        }
        var seen: Set<String> = []
        for column in header where !seen.insert(column).inserted {
            throw .malformed(path: name, found: "two columns \"\(column)\"", expected: "columns of different names")
        }
        self.init(columns: zip(header, rows.columns).map { Column(name: $0, values: Self.values($1)) })
    }

    /// The fields, column by column. Rows are taken from SwiftCSV one by one: its own table fills all rows up to the
    /// length of the longest, which takes memory as the square of the file's size, and hides rows that are too short.
    private static func rows(
        _ text: String, name: String, delimiter: Character
    ) throws(FileError) -> (names: [String]?, columns: [[String]]) {
        var names: [String]?
        var columns: [[String]] = []
        var row = 0
        var mistake: FileError?
        do {
            let csv = try EnumeratedCSV(
                string: text, delimiter: .character(delimiter), loadColumns: false, rowLimit: 0)
            try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { fields in
                row += 1
                if mistake != nil || fields == [""] { return }
                let fields = fields.map { Substring($0).trimmingWhitespace() }
                guard fields.count <= columnLimit else {
                    mistake = .malformed(
                        path: name, found: "\(fields.count) fields in row \(row)",
                        expected: "at most \(columnLimit) columns")
                    return
                }
                guard let header = names else {
                    names = fields
                    columns = [[String]](repeating: [], count: fields.count)
                    return
                }
                guard fields.count == header.count else {
                    mistake = .malformed(
                        path: name, found: "\(fields.count) fields in row \(row)",
                        expected: "\(header.count) as in the first row")
                    return
                }
                for (index, field) in fields.enumerated() { columns[index].append(field) }
            }
        } catch {
            let reason = if case CSVParseError.quotation = error { "text after a closing quote" } else { "\(error)" }
            throw .malformed(
                path: name, found: "\(reason) in row \(row + 1)", expected: "a delimiter or the end of the line")
        }
        if let mistake { throw mistake }
        return (names, columns)
    }

    private static func isMissing(_ field: String) -> Bool { field.isEmpty || missingFields.contains(field) }

    private static func values(_ fields: [String]) -> Values {
        var numbers: [Double] = []
        numbers.reserveCapacity(fields.count)
        for field in fields {
            if isMissing(field) {
                numbers.append(.nan)
            } else if let number = number(field) {
                numbers.append(number)
            } else {
                return text(fields)
            }
        }
        return .numbers(numbers)
    }

    /// A decimal number, an infinity or NaN; Swift's own parser also takes hexadecimal ones.
    private static func number(_ field: String) -> Double? {
        field.utf8.contains { $0 | 32 == UInt8(ascii: "x") || $0 == UInt8(ascii: "(") } ? nil : Double(field)
    }

    private static func text(_ fields: [String]) -> Values {
        let categories = Set(fields.lazy.filter { !isMissing($0) }).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        let indices = Dictionary(uniqueKeysWithValues: zip(categories, Int32(0)...))
        return .text(categories: categories, indices: fields.map { indices[$0] })
    }
}
