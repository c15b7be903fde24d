import Foundation

/// A number with so many digits after the point.
public func text(_ number: Double, _ digits: Int = 3) -> String {
    let written = String(format: "%.\(digits)f", number)
    // What rounds to nothing has no sign.
    return Double(written) == 0 ? String(format: "%.\(digits)f", 0.0) : written
}

/// A share in percent with one digit after the point.
public func percent(_ share: Double) -> String { text(100 * share, 1) + " %" }

/// Text with blanks before it, for a column of a table.
public func column(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(width - text.count, 0)) + text
}

/// A line of columns.
public func row(_ name: String, _ cells: [String], nameWidth: Int = 24, cellWidth: Int = 12) -> String {
    name.padding(toLength: max(nameWidth, name.count), withPad: " ", startingAt: 0)
        + cells.map { column($0, cellWidth) }.joined()
}
