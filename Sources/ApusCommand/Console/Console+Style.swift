/// How text stands out on a terminal (ECMA-48, SGR).
enum TextStyle: Int {
    case bold = 1
    case dim = 2
    case green = 32
    case yellow = 33
}

extension Console {
    /// The text in a style where colour is allowed.
    func styled(_ text: String, _ style: TextStyle) -> String {
        hasColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A bar of at most `columns` columns, filled from the left by `fraction`; `track` draws the rest.
    func bar(_ fraction: Double, columns: Int, track: Bool = true) -> String {
        let filled = Int((min(max(fraction, 0), 1) * Double(columns)).rounded())
        let (full, empty) = isUnicode ? ("━", "─") : ("#", ".")
        let rest = track ? styled(String(repeating: empty, count: columns - filled), .dim) : ""
        return styled(String(repeating: full, count: filled), .green) + rest
    }

    /// A bar followed by text, cut to one line of the terminal; the bar gives way first.
    func progress(_ fraction: Double, label: String, text: String) -> String {
        let room = max(width - 1, 10)
        let columns = min(30, room - label.count - text.count - 4)
        if columns >= 5 { return "\(label)  \(bar(fraction, columns: columns))  \(text)" }
        return String("\(label)  \(text)".prefix(room))
    }
}
