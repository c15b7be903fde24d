import ApusBenchmarks

/// Means and deviations over seeds.
struct SpeedrunReport {
    private let groups: [[SpeedrunResult]]

    /// - Parameter groups: The results of each program; the first one's are what others are compared with.
    init(_ groups: [[SpeedrunResult]]) { self.groups = groups.filter { !$0.isEmpty } }

    func show(_ console: Console) {
        console.line()
        let header =
            ["", "seeds", "accuracy", "deviation", "without views", "s", "s of training", "s of process"]
            + ["images/s", "GFLOP/s"]
        for line in TextTable(rows: [header] + groups.map(cells)).lines { console.line(line) }
        guard let own = groups.first, groups.count > 1 else { return }
        for other in groups.dropFirst() {
            let ratio = mean(other, \.seconds) / mean(own, \.seconds)
            console.line()
            console.line(
                "\(name(own)) takes \(Numbers.fixed(1 / ratio, 3)) of the seconds of \(name(other)), which is "
                    + "\(Numbers.fixed(ratio, 2)) times as long")
        }
    }

    private func name(_ results: [SpeedrunResult]) -> String {
        results.first.map { "\($0.identity.program) \($0.identity.recipe)" } ?? ""
    }

    private func cells(_ results: [SpeedrunResult]) -> [String] {
        let accuracies = results.map(\.accuracy)
        let center = mean(results, \.accuracy)
        let squares = accuracies.reduce(0) { $0 + ($1 - center) * ($1 - center) }
        let deviation = results.count > 1 ? (squares / Double(results.count - 1)).squareRoot() : nil
        // Of trainings without an interruption.
        let processSeconds = results.compactMap(\.processSeconds)
        return [
            name(results), "\(results.count)", Numbers.share(center), Numbers.share(deviation),
            Numbers.share(mean(results, \.testAccuracy)), Numbers.fixed(mean(results, \.seconds), 1),
            Numbers.fixed(mean(results, \.trainingSeconds), 1),
            processSeconds.isEmpty ? "–" : Numbers.fixed(processSeconds.reduce(0, +) / Double(processSeconds.count), 1),
            Numbers.grouped(Int(mean(results, \.imagesPerSecond))),
            Numbers.fixed(mean(results) { $0.effectiveGflops ?? 0 }, 0),
        ]
    }

    private func mean(_ results: [SpeedrunResult], _ value: (SpeedrunResult) -> Double) -> Double {
        results.reduce(0) { $0 + value($1) } / Double(results.count)
    }
}
