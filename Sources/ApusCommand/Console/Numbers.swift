import Foundation

/// Numbers as people read them, the same in every locale.
enum Numbers {
    /// `1234567` as `1,234,567`.
    static func grouped(_ number: Int) -> String {
        let digits = String(number.magnitude)
        var groups: [Substring] = []
        var rest = digits[...]
        while !rest.isEmpty {
            groups.insert(rest.suffix(3), at: 0)
            rest = rest.dropLast(3)
        }
        return (number < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// With a fixed number of decimals.
    static func fixed(_ number: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", number) }

    /// A share of one with four decimals, `–` where there is none.
    static func share(_ number: Double?) -> String { number.map { fixed($0, 4) } ?? "–" }

    /// A learning rate with three digits, as `3.16e-04`.
    static func rate(_ number: Double) -> String { String(format: "%.2e", number) }

    /// `83` seconds as `1:23`, hours before that where there are any.
    static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 360_000 else { return "–" }
        let whole = Int(seconds.rounded(.up))
        let minutes = String(format: whole < 3600 ? "%d:%02d" : "%02d:%02d", whole / 60 % 60, whole % 60)
        return whole < 3600 ? minutes : "\(whole / 3600):\(minutes)"
    }

    /// Bytes in decimal units: `170.1 MB`.
    static func bytes(_ count: Int) -> String {
        switch count {
        case ..<1_000_000: "\(fixed(Double(count) / 1e3, 1)) kB"
        case ..<1_000_000_000: "\(fixed(Double(count) / 1e6, 1)) MB"
        default: "\(fixed(Double(count) / 1e9, 2)) GB"
        }
    }
}
