/// What is to be said against a table before anything is learnt from it.
public struct TableCheck: Sendable {
    /// What was found in one column.
    public struct Column: Sendable, Equatable {
        /// The column's name.
        public let name: String
        /// Whether it is of numbers.
        public let isNumeric: Bool
        /// Rows in which the value is missing.
        public let missing: Int
        /// Rows in which it is an infinity.
        public let infinite: Int
        /// Numbers that are far from the others, as ``ImageOutliers/outlying`` says it.
        public let outlying: Int
        /// Different values, missing ones apart.
        public let distinct: Int
    }

    /// The columns in order.
    public let columns: [Column]
    /// Rows that repeat an earlier row, in order.
    public let repeatedRows: [Int]
    /// Rows with a missing value or an infinity, in order.
    public let incompleteRows: [Int]

    private let table: Table

    /// Checks a table.
    public init(_ table: Table) {
        self.table = table
        columns = table.columns.map(Self.check)
        var seen: Set<[UInt64]> = []
        repeatedRows = (0..<table.rowCount).filter { !seen.insert(Self.key(of: $0, in: table)).inserted }
        let complete = Set(table.completeRows)
        incompleteRows = (0..<table.rowCount).filter { !complete.contains($0) }
    }

    private static func check(_ column: Table.Column) -> Column {
        switch column.values {
        case .numbers(let numbers):
            let finite = numbers.filter(\.isFinite)
            let fences = ImageOutliers.fences(finite)
            return Column(
                name: column.name, isNumeric: true, missing: numbers.count { $0.isNaN },
                infinite: numbers.count { $0.isInfinite }, outlying: finite.count { !fences.contains($0) },
                distinct: Set(finite).count)
        case .text(let categories, let indices):
            return Column(
                name: column.name, isNumeric: false, missing: indices.count { $0 == nil }, infinite: 0, outlying: 0,
                distinct: categories.count)
        }
    }

    /// A row as bits: equal rows have equal ones.
    private static func key(of row: Int, in table: Table) -> [UInt64] {
        table.columns.map { column in
            switch column.values {
            case .numbers(let numbers): numbers[row].isNaN ? .max : (numbers[row] + 0).bitPattern
            case .text(_, let indices): indices[row].map { UInt64($0) } ?? .max
            }
        }
    }

    /// The table without incomplete and repeated rows.
    public var cleaned: Table {
        let rejected = Set(repeatedRows + incompleteRows)
        return table.rows((0..<table.rowCount).filter { !rejected.contains($0) })
    }

    /// What to do about what was found, a sentence each; none where there is nothing.
    public var suggestions: [String] {
        var sentences: [String] = []
        for column in columns {
            if column.missing == table.rowCount, table.rowCount > 0 {
                sentences.append("Column \(column.name) has no values: leave it out")
                continue
            }
            if column.missing > 0 {
                sentences.append(
                    "Column \(column.name) misses \(column.missing) values: remove the rows or fill them in")
            }
            if column.infinite > 0 {
                sentences.append("Column \(column.name) has \(column.infinite) infinities: remove the rows or cap them")
            }
            if column.distinct == 1 {
                sentences.append("Column \(column.name) is the same in all rows: leave it out")
            }
            if column.outlying > 0 {
                sentences.append(
                    "Column \(column.name) has \(column.outlying) numbers far from the others: look at them")
            }
            if !column.isNumeric, column.distinct > 20, 2 * column.distinct > table.rowCount {
                sentences.append(
                    "Column \(column.name) has \(column.distinct) different texts in \(table.rowCount) rows: it may be a name or a key, not a feature"
                )
            }
        }
        if !repeatedRows.isEmpty {
            sentences.append("\(repeatedRows.count) rows repeat earlier ones: keep one of each")
        }
        return sentences
    }
}
