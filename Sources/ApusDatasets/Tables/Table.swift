import ApusBLAS
import ApusParallel
import ApusTensors

/// Rows of named columns, each of numbers or of text.
public struct Table: Sendable, Equatable {
    /// One column.
    public struct Column: Sendable, Equatable {
        /// Its name, unique in the table.
        public let name: String
        /// Its values.
        public let values: Values
    }

    /// The values of a column, one for each row.
    public enum Values: Sendable, Equatable {
        /// Numbers; NaN where the value is missing, infinities as they stand in the file.
        case numbers([Double])
        /// Text of a few kinds: `categories` in order of their bytes, and for each row which of them it is, `nil` where
        /// the value is missing.
        case text(categories: [String], indices: [Int32?])

        /// Number of rows.
        var count: Int {
            switch self {
            case .numbers(let numbers): numbers.count
            case .text(_, let indices): indices.count
            }
        }
    }

    /// The columns in order.
    public let columns: [Column]
    /// Number of rows.
    public let rowCount: Int

    /// A table of columns of equal length and different names.
    public init(columns: [Column]) {
        rowCount = columns.first?.values.count ?? 0
        for column in columns {
            require(
                column.values.count == rowCount,
                "Table: column \(column.name) has \(column.values.count) rows, \(columns[0].name) has \(rowCount)")
        }
        require(
            Set(columns.map(\.name)).count == columns.count,
            "Table: two columns are named alike: \(columns.map(\.name))")
        self.columns = columns
    }

    /// The column of a name, `nil` where there is none.
    public subscript(name: String) -> Column? { columns.first { $0.name == name } }

    /// Some rows, in the order of `indices`.
    public func rows(_ indices: [Int]) -> Table {
        Table(
            columns: columns.map { column in
                switch column.values {
                case .numbers(let numbers): Column(name: column.name, values: .numbers(indices.map { numbers[$0] }))
                case .text(let categories, let all):
                    Column(name: column.name, values: .text(categories: categories, indices: indices.map { all[$0] }))
                }
            })
    }

    /// Columns as numbers for a network, `[rows, features]`: a column of numbers is one feature, a column of text as many
    /// as it has categories, 1 for the row's own and 0 for the others (one-hot; all 0 where the value is missing).
    ///
    /// - Parameter names: Columns of the table, in order; by default all.
    /// - Returns: The features and their names, as `age` and `city=Rome`.
    public func features(_ names: [String]? = nil) -> (values: Tensor<Double>, names: [String]) {
        let chosen = (names ?? columns.map(\.name)).map { name -> Column in
            guard let column = self[name] else {
                callerMistake("Table.features: no column \(name), there are \(columns.map(\.name))")
            }
            return column
        }
        var featureNames: [String] = []
        for column in chosen {
            switch column.values {
            case .numbers: featureNames.append(column.name)
            case .text(let categories, _): featureNames += categories.map { "\(column.name)=\($0)" }
            }
        }
        let width = featureNames.count
        var values = [Double](repeating: 0, count: rowCount * width)
        var first = 0
        for column in chosen {
            switch column.values {
            case .numbers(let numbers):
                for row in 0..<rowCount { values[row * width + first] = numbers[row] }
                first += 1
            case .text(let categories, let indices):
                for row in 0..<rowCount {
                    if let index = indices[row] { values[row * width + first + Int(index)] = 1 }
                }
                first += categories.count
            }
        }
        return (Tensor(shape: [rowCount, width], scalars: values), featureNames)
    }

    /// Rows without a missing value or an infinity, in order.
    public var completeRows: [Int] {
        (0..<rowCount).filter { row in
            columns.allSatisfy { column in
                switch column.values {
                case .numbers(let numbers): numbers[row].isFinite
                case .text(_, let indices): indices[row] != nil
                }
            }
        }
    }
}
