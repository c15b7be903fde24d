import Apus

/// What `apus tune-rate` shows and writes.
struct RateReport: Encodable {
    struct Point: Encodable {
        let rate: Double
        let loss: Double
        let smoothedLoss: Double
    }

    let model: String
    let data: String
    let optimizer: String
    let batchSize: Int
    /// Where the loss fell fastest.
    let suggestion: Double?
    /// Where it was lowest.
    let lowestLossRate: Double?
    let diverged: Bool
    let points: [Point]

    init(_ search: RateSearch, model: String, _ trainer: Trainer, data: String) {
        self.model = model
        self.data = data
        optimizer = "\(type(of: trainer.optimizer))"
        batchSize = trainer.settings.batchSize
        suggestion = search.suggestion
        lowestLossRate = search.lowest?.rate
        diverged = search.hasDiverged
        points = search.points.map { Point(rate: $0.rate, loss: $0.loss, smoothedLoss: $0.smoothedLoss) }
    }

    private enum CodingKeys: String, CodingKey {
        case model, data, optimizer, batchSize, suggestion, lowestLossRate, diverged, points
    }

    /// Writes `null` where there is no rate, so that every key is there.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(data, forKey: .data)
        try container.encode(optimizer, forKey: .optimizer)
        try container.encode(batchSize, forKey: .batchSize)
        try container.encode(suggestion, forKey: .suggestion)
        try container.encode(lowestLossRate, forKey: .lowestLossRate)
        try container.encode(diverged, forKey: .diverged)
        try container.encode(points, forKey: .points)
    }

    /// Draws the losses and says what they suggest.
    func show(_ console: Console) {
        console.line("\(console.styled("training ", .dim)) \(model), \(optimizer), batch \(batchSize), \(data)")
        let end = diverged ? ", where the loss left all bounds" : ""
        if let first = points.first, let last = points.last {
            console.line(
                "\(console.styled("rates    ", .dim)) \(Numbers.rate(first.rate)) to \(Numbers.rate(last.rate)) in "
                    + "\(points.count) steps\(end)")
        }
        console.line()
        for line in plot(width: min(console.width - 12, 72), isUnicode: console.isUnicode) { console.line(line) }
        console.line()
        if let suggestion {
            let rate = console.styled(Numbers.rate(suggestion), .bold)
            console.line("\(console.styled("suggested", .dim)) \(rate), where the loss fell fastest (^)")
        } else {
            console.line("\(console.styled("suggested", .dim)) none: the loss fell nowhere")
        }
        if let lowestLossRate {
            console.line(
                "\(console.styled("too high ", .dim)) from about \(Numbers.rate(lowestLossRate)) on, where it was lowest"
            )
        }
    }

    /// The smoothed loss over the logarithm of the rate, `width` columns wide. Losses as far above the first as the lowest is
    /// below it are cut off: those that diverge would press all others to the ground.
    private func plot(width: Int, isUnicode: Bool) -> [String] {
        guard points.count > 1, width >= 10 else { return [] }
        let height = 12
        let columns = (0..<width).map { column in
            points[column * (points.count - 1) / (width - 1)]
        }
        let low = points.map(\.smoothedLoss).min() ?? 0
        let first = points[0].smoothedLoss
        let high = first + max(first - low, 0.05 * first, 1e-12)
        let rows = columns.map { point in
            Int((min((point.smoothedLoss - low) / (high - low), 1) * Double(height - 1)).rounded())
        }
        var lines = (0..<height).reversed().map { row in
            let label = row == height - 1 ? Numbers.fixed(high, 4) : row == 0 ? Numbers.fixed(low, 4) : ""
            let dots = rows.map { $0 == row ? (isUnicode ? "•" : "*") : " " }.joined()
            return padded(label) + (isUnicode ? " │" : " |") + dots
        }
        let marked = suggestion.flatMap { rate in columns.firstIndex { $0.rate >= rate } }
        lines.append(padded("") + (isUnicode ? " └" : " +") + String(repeating: isUnicode ? "─" : "-", count: width))
        lines.append(
            padded("rate") + "  " + String((0..<width).map { column -> Character in column == marked ? "^" : " " }))
        return lines
    }

    private func padded(_ label: String) -> String { String(repeating: " ", count: max(0, 9 - label.count)) + label }
}
