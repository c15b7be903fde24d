import ApusParallel

/// An [rows, columns] matrix argument with its leading dimension, named for messages.
struct MatrixOperand: CustomStringConvertible {
    let name: StaticString
    let rows: Int
    let columns: Int
    let leadingDimension: Int

    @inline(__always)
    init(_ name: StaticString, _ rows: Int, _ columns: Int, leadingDimension: Int) {
        self.name = name
        self.rows = rows
        self.columns = columns
        self.leadingDimension = leadingDimension
    }

    /// Elements from the first to the last, the gaps between rows included.
    var extent: Int { rows == 0 || columns == 0 ? 0 : (rows - 1) * leadingDimension + columns }

    var description: String { "\(name) [\(rows), \(columns)]" }

    @inline(__always)
    func checkedLeadingDimension(in operation: StaticString, _ operands: @autoclosure () -> String) -> Int32 {
        require(
            leadingDimension >= max(1, columns) && leadingDimension <= Int32.max,
            """
            \(operation): leading dimension of \(name) is \(leadingDimension), \
            expected \(max(1, columns))...\(Int32.max) (\(operands()))
            """)
        return Int32(truncatingIfNeeded: leadingDimension)
    }

    /// Stops unless a buffer of `count` elements holds the whole matrix.
    @inline(__always)
    func requireRoom(_ count: Int, in operation: StaticString, _ operands: @autoclosure () -> String) {
        _ = checkedSize(rows, "rows of \(name)", in: operation)
        _ = checkedSize(columns, "columns of \(name)", in: operation)
        _ = checkedLeadingDimension(in: operation, operands())
        require(
            count >= extent,
            """
            \(operation): \(name) has \(count) elements, [\(rows), \(columns)] with leading dimension \
            \(leadingDimension) needs \(extent) (\(operands()))
            """)
    }
}

/// A vector argument with its increment, named for messages.
struct VectorOperand: CustomStringConvertible {
    let name: StaticString
    let count: Int
    let increment: Int

    @inline(__always)
    init(_ name: StaticString, _ count: Int, increment: Int) {
        self.name = name
        self.count = count
        self.increment = increment
    }

    /// Elements from the first to the last, the gaps included.
    var extent: Int { count == 0 ? 0 : (count - 1) * abs(increment) + 1 }

    var description: String { "\(name) [\(count)]" }

    /// The increment of an operation that allows either direction.
    @inline(__always)
    func checkedIncrement(in operation: StaticString) -> Int32 {
        require(
            increment != 0 && increment >= -Int(Int32.max) && increment <= Int32.max,
            "\(operation): increment of \(name) is \(increment), expected ±1...\(Int32.max)")
        return Int32(truncatingIfNeeded: increment)
    }

    /// The increment of an operation for which only one direction is defined.
    @inline(__always)
    func checkedForwardIncrement(in operation: StaticString) -> Int32 {
        require(
            increment >= 1 && increment <= Int32.max,
            "\(operation): increment of \(name) is \(increment), expected 1...\(Int32.max)")
        return Int32(truncatingIfNeeded: increment)
    }

    /// Stops unless a buffer of `room` elements holds the whole vector.
    @inline(__always)
    func requireRoom(_ room: Int, in operation: StaticString, _ operands: @autoclosure () -> String) {
        _ = checkedSize(count, "length of \(name)", in: operation)
        _ = checkedIncrement(in: operation)
        require(
            room >= extent,
            """
            \(operation): \(name) has \(room) elements, [\(count)] with increment \(increment) needs \(extent) \
            (\(operands()))
            """)
    }
}

/// `value` as the 32-bit size that BLAS and LAPACK take.
@inline(__always)
func checkedSize(_ value: Int, _ name: @autoclosure () -> String, in operation: StaticString) -> Int32 {
    require(
        value >= 0 && value <= Int32.max, "\(operation): \(name()) is \(value), expected 0...\(Int32.max)")
    return Int32(truncatingIfNeeded: value)
}
