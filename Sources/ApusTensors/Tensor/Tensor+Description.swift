import ApusBLAS
import Foundation

extension Tensor: CustomStringConvertible {
    /// Type and shape, then the elements in aligned columns, an axis a bracket. Of a large tensor, and of long axes,
    /// the first and last three are shown.
    public var description: String {
        let indices = shape.map { TensorText.shownIndices(extent: $0, ofLarge: count > TensorText.largeCount) }
        var shown: [Scalar] = []
        visit(indices, axis: 0, offset: 0) { shown.append($0) }
        let format = NumberFormat(shown.map { Double($0) })
        return "Tensor<\(Scalar.self)> \(shape)\n" + text(indices, axis: 0, offset: 0, format: format)
    }

    private func visit(_ indices: [[Int?]], axis: Int, offset: Int, _ body: (Scalar) -> Void) {
        if axis == rank { return body(scalars[offset]) }
        for index in indices[axis] {
            if let index { visit(indices, axis: axis + 1, offset: offset * shape[axis] + index, body) }
        }
    }

    private func text(_ indices: [[Int?]], axis: Int, offset: Int, format: NumberFormat) -> String {
        if axis == rank { return format.string(Double(scalars[offset])) }
        let isLast = axis == rank - 1
        let items = indices[axis].map { index in
            index.map { text(indices, axis: axis + 1, offset: offset * shape[axis] + $0, format: format) } ?? "..."
        }
        let newline = String(repeating: "\n", count: rank - 1 - axis) + String(repeating: " ", count: axis + 1)
        return "[" + items.joined(separator: isLast ? " " : newline) + "]"
    }
}

/// How much of a tensor is shown.
private enum TensorText {
    /// Elements beyond which every axis is cut.
    static let largeCount = 1000
    /// Longest axis of a small tensor that is shown whole.
    static let longestAxis = 16
    static let edge = 3

    /// The indices of an axis that are shown; `nil` stands for those left out.
    static func shownIndices(extent: Int, ofLarge isLarge: Bool) -> [Int?] {
        if extent <= (isLarge ? 2 * edge : longestAxis) { return (0..<extent).map { $0 } }
        return (0..<edge).map { $0 } + [nil] + (extent - edge..<extent).map { $0 }
    }
}

/// One format for all numbers of a tensor: as few decimals as they need, at most four, or powers of ten.
private struct NumberFormat {
    private static let mostDecimals = 4
    private let decimals: Int
    private let isScientific: Bool
    private var width = 0

    init(_ values: [Double]) {
        let magnitudes = values.filter { $0.isFinite && $0 != 0 }.map(\.magnitude)
        let largest = magnitudes.max() ?? 0
        isScientific = largest >= 1e8 || largest < 1e-3 && largest > 0
        decimals =
            isScientific
            ? Self.mostDecimals
            : magnitudes.map { Self.decimals(of: $0) }.max() ?? 0
        width = values.map { plain($0).count }.max() ?? 0
    }

    func string(_ value: Double) -> String {
        let text = plain(value)
        return String(repeating: " ", count: width - text.count) + text
    }

    private func plain(_ value: Double) -> String {
        if value.isNaN { return "nan" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        if isScientific { return String(format: "%.\(decimals)e", value) }
        return String(format: "%.\(decimals)f", value) + (decimals == 0 ? "." : "")
    }

    /// Decimals that a number needs when it is rounded to the most there are.
    private static func decimals(of value: Double) -> Int {
        let text = String(format: "%.\(mostDecimals)f", value)
        return mostDecimals - text.reversed().prefix { $0 == "0" }.count
    }
}
