/// `bytes first-last/total` of RFC 9110, section 14.4; the total may be unknown.
struct ContentRange {
    let first: Int
    let total: Int?

    init?(_ text: String) {
        let parts = text.split(whereSeparator: { " -/".contains($0) })
        guard parts.count == 4, parts[0].lowercased() == "bytes", let first = Int(parts[1]) else { return nil }
        self.first = first
        total = Int(parts[3])
    }
}
