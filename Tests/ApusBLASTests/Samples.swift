import ApusBLAS

/// Small whole numbers, so that every order of summation gives the same result exactly.
struct WholeNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % 9 - 4
    }

    mutating func array<Scalar: BLASScalar>(_ count: Int, of type: Scalar.Type = Scalar.self) -> [Scalar] {
        (0..<count).map { _ in Scalar(next()) }
    }
}

/// A row-major matrix in a buffer with gaps between its rows, which hold a number that nobody may change or use.
struct Padded<Scalar: BLASScalar> {
    static var guardValue: Scalar { 12345 }

    let rows: Int
    let columns: Int
    let stride: Int
    var buffer: [Scalar]

    init(_ rows: Int, _ columns: Int, padding: Int, _ element: (Int, Int) -> Scalar) {
        self.rows = rows
        self.columns = columns
        stride = max(1, columns) + padding
        buffer = [Scalar](repeating: Self.guardValue, count: rows * stride)
        for row in 0..<rows { for column in 0..<columns { buffer[row * stride + column] = element(row, column) } }
    }

    init(_ rows: Int, _ columns: Int, padding: Int, from numbers: inout WholeNumbers) {
        let values: [Scalar] = numbers.array(rows * columns)
        self.init(rows, columns, padding: padding) { values[$0 * columns + $1] }
    }

    subscript(row: Int, column: Int) -> Scalar {
        get { buffer[row * stride + column] }
        set { buffer[row * stride + column] = newValue }
    }

    /// op(X)[row, column].
    func element(_ row: Int, _ column: Int, transposed: Bool) -> Scalar {
        transposed ? self[column, row] : self[row, column]
    }

    var gapsAreUntouched: Bool {
        buffer.indices.allSatisfy { $0 % stride < columns || buffer[$0] == Self.guardValue }
    }
}

/// A dense [rows, columns] matrix for checks by reconstruction.
struct Dense<Scalar: BLASScalar>: Equatable {
    let rows: Int
    let columns: Int
    var elements: [Scalar]

    init(_ rows: Int, _ columns: Int, _ elements: [Scalar]) {
        precondition(elements.count == rows * columns)
        (self.rows, self.columns, self.elements) = (rows, columns, elements)
    }

    init(_ rows: Int, _ columns: Int, _ element: (Int, Int) -> Scalar) {
        self.init(rows, columns, (0..<rows * columns).map { element($0 / columns, $0 % columns) })
    }

    static func identity(_ n: Int) -> Dense { Dense(n, n) { $0 == $1 ? 1 : 0 } }

    /// Uniform in (−1, 1), reproducible.
    static func random(_ rows: Int, _ columns: Int, seed: UInt64) -> Dense {
        var state = seed
        return Dense(rows, columns) { _, _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Scalar(Int64(state >> 33)) / Scalar(Int64(1) << 30) - 1
        }
    }

    static func diagonal(_ values: [Scalar]) -> Dense {
        Dense(values.count, values.count) { $0 == $1 ? values[$0] : 0 }
    }

    subscript(row: Int, column: Int) -> Scalar { elements[row * columns + column] }

    var transposed: Dense { Dense(columns, rows) { self[$1, $0] } }

    var largestMagnitude: Scalar { elements.map(\.magnitude).max() ?? 0 }

    static func * (left: Dense, right: Dense) -> Dense {
        precondition(left.columns == right.rows)
        return Dense(left.rows, right.columns) { row, column in
            (0..<left.columns).reduce(0) { $0 + left[row, $1] * right[$1, column] }
        }
    }

    static func - (left: Dense, right: Dense) -> Dense {
        Dense(left.rows, left.columns, zip(left.elements, right.elements).map { $0 - $1 })
    }

    /// Whether the two differ by no more than rounding: backward-stable factorizations err by a small multiple of n·ε
    /// relative to the matrix, here 30.
    func isClose(to other: Dense, scale: Scalar? = nil) -> Bool {
        guard rows == other.rows, columns == other.columns else { return false }
        let length = Scalar(max(rows, columns))
        let scale = scale ?? max(largestMagnitude, other.largestMagnitude, Scalar.leastNormalMagnitude)
        return (self - other).elements.allSatisfy { $0.magnitude <= 30 * length * Scalar.ulpOfOne * scale }
    }
}
