import Foundation

/// The rows of one suite as a table.
package struct ResultTable: Sendable {
    /// What the table shows: `convolution, rate, GFLOP/s`.
    package let title: String
    /// Heading and lines, as many cells each.
    package private(set) var cells: [[String]]

    /// Tables of all suites, in the order of the results. Where algorithms are to be compared, a table for each metric with a
    /// column for each algorithm; elsewhere a column for each metric.
    package static func tables(_ results: [BenchmarkResult]) -> [ResultTable] {
        distinct(results.map(\.identity.suite)).flatMap { suite in
            let rows = results.filter { $0.identity.suite == suite }
            guard ["gemm", "convolution", "peers"].contains(suite) else { return [ResultTable(byMetric: rows, suite)] }
            return distinct(rows.map(\.identity.metric)).map { metric in
                ResultTable(byAlgorithm: rows.filter { $0.identity.metric == metric }, suite, metric)
            }
        }
    }

    private static func distinct<Element: Hashable>(_ elements: [Element]) -> [Element] {
        var seen: Set<Element> = []
        return elements.filter { seen.insert($0).inserted }
    }

    /// A heading and what stands below it.
    private struct Column<Line> {
        let heading: String
        let cell: (Line) -> String

        init(_ heading: String, _ cell: @escaping (Line) -> String) {
            self.heading = heading
            self.cell = cell
        }
    }

    private init<Line>(_ title: String, _ columns: [Column<Line>], _ lines: [Line]) {
        self.title = title
        cells = [columns.map(\.heading)] + lines.map { line in columns.map { $0.cell(line) } }
    }

    // MARK: A column for each algorithm

    private struct Problem: Hashable {
        let name: String
        let batch: Int
        let dtype: String
    }

    private struct Side: Hashable {
        let algorithm: String
        let threads: Int

        var heading: String { threads == 1 ? algorithm : "\(algorithm) ×\(threads)" }
    }

    private init(byAlgorithm rows: [BenchmarkResult], _ suite: String, _ metric: Metric) {
        var found: [Problem: [Side: BenchmarkResult]] = [:]
        for row in rows { found[Self.problem(row), default: [:]][Self.side(row)] = row }
        let problems = Self.distinct(rows.map(Self.problem))
        var columns = [Column<Problem>("") { $0.name }]
        if Set(problems.map(\.batch)) != [1] { columns.append(Column("batch") { "\($0.batch)" }) }
        if Set(problems.map(\.dtype)).count > 1 { columns.append(Column("type") { $0.dtype }) }
        for side in Self.distinct(rows.map(Self.side)) {
            columns.append(Column(side.heading) { found[$0]?[side].map(Self.cell) ?? "" })
        }
        func sides(_ problem: Problem) -> [BenchmarkResult] { found[problem].map { Array($0.values) } ?? [] }
        let ratios =
            suite == "peers"
            ? PeerRatio.all.filter { ratio in problems.contains { ratio.comparison(sides($0)) != nil } } : []
        if suite == "peers" {
            columns += ratios.map { ratio in Column(ratio.heading) { Self.text(ratio.comparison(sides($0))) } }
        } else if rows.contains(where: { $0.percentOfPeak != nil }) {
            columns.append(
                Column("best, % of peak") { problem in
                    found[problem]?.values.compactMap(\.percentOfPeak).max().map(Self.figure) ?? ""
                })
        }
        self.init("\(suite), \(metric.name), \(metric.unit)", columns, problems)
        if ratios.isEmpty { return }
        for group in Self.distinct(problems.map { PeerRatio.group($0.name) }) {
            let members = problems.filter { PeerRatio.group($0.name) == group }.map(sides)
            if members.count < 2 { continue }
            let means = ratios.map { $0.geometricMean(members).map(Self.figure) ?? "" }
            let blanks = [String](repeating: "", count: columns.count - 1 - means.count)
            cells.append(["geometric mean, \(group)"] + blanks + means)
        }
    }

    private static func problem(_ row: BenchmarkResult) -> Problem {
        Problem(name: row.identity.name, batch: row.identity.batch, dtype: row.identity.dtype)
    }

    private static func side(_ row: BenchmarkResult) -> Side {
        Side(algorithm: row.identity.algorithm, threads: row.identity.threads)
    }

    /// A ratio with its interval and the peer.
    private static func text(_ found: (comparison: RowComparison, peer: String)?) -> String {
        guard let (comparison, peer) = found else { return "" }
        let (ratio, interval) = (comparison.speedup.ratio, comparison.speedup.interval)
        return "\(figure(ratio)) (\(figure(interval.lowerBound))–\(figure(interval.upperBound))) \(peer)"
    }

    // MARK: A column for each metric

    private init(byMetric rows: [BenchmarkResult], _ suite: String) {
        var found: [BenchmarkResult.Identity: BenchmarkResult] = [:]
        for row in rows { found[row.identity] = row }
        let metrics = Self.distinct(rows.map(\.identity.metric))
        func row(_ problem: BenchmarkResult.Identity, _ metric: Metric) -> BenchmarkResult? {
            var identity = problem
            identity.metric = metric
            return found[identity]
        }
        let problems = Self.distinct(
            rows.map { row in
                var identity = row.identity
                identity.metric = metrics[0]
                return identity
            })
        var columns = [
            Column<BenchmarkResult.Identity>("") { $0.name }, Column("algorithm") { $0.algorithm },
            Column("threads") { "\($0.threads)" },
        ]
        if Set(problems.map(\.batch)) != [1] { columns.append(Column("batch") { "\($0.batch)" }) }
        if Set(problems.map(\.dtype)).count > 1 { columns.append(Column("type") { $0.dtype }) }
        for metric in metrics {
            columns.append(Column("\(metric.name), \(metric.unit)") { row($0, metric).map(Self.cell) ?? "" })
            let isTailed = rows.contains { $0.identity.metric == metric && $0.percentiles != nil }
            if isTailed && metric.largerIsBetter == false {
                columns.append(Column("p99") { row($0, metric)?.percentiles.map { Self.figure($0.p99) } ?? "" })
            }
        }
        if rows.contains(where: { $0.percentOfPeak != nil }) {
            columns.append(
                Column("% of peak") { problem in
                    metrics.lazy.compactMap { row(problem, $0)?.percentOfPeak }.first.map(Self.figure) ?? ""
                })
        }
        self.init(suite, columns, problems)
    }

    // MARK: Cells

    /// The median with a mark for a row whose figures need care.
    private static func cell(_ row: BenchmarkResult) -> String {
        guard let median = row.summary?.median else { return row.status == .missing ? "–" : "refused" }
        let isReduced = row.notes.contains { $0.contains(" of ") && ($0.hasSuffix("images") || $0.hasSuffix("rows")) }
        return figure(median) + (isReduced ? "ʳ" : "") + mark(row.status)
    }

    private static func mark(_ status: BenchmarkResult.Status) -> String {
        switch status {
        case .ok, .refused, .missing: ""
        case .unsettled: "?"
        case .drifted: "~"
        case .invalid: "!"
        }
    }

    /// What the marks mean, for the foot of a report.
    package static let legend =
        "? the median had not settled   ~ the machine's speed changed   ! faster than the machine can be   "
        + "ʳ on fewer images or rows   – not to be had"

    /// Three digits, more where the number has more before its point.
    package static func figure(_ value: Double) -> String {
        let magnitude = abs(value)
        let decimals = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
        return String(format: "%.\(decimals)f", value)
    }
}
