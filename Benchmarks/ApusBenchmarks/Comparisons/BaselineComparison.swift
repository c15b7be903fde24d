/// A run beside an earlier one.
package struct BaselineComparison: Sendable {
    /// Rows that both runs have, those of the new run over those of the baseline.
    package let rows: [RowComparison]
    /// What a reader must know of what was compared and what not.
    package let remarks: [String]

    /// Compares what may be compared: figures where both runs are of one machine, else only shares of each machine's own
    /// peak.
    package init(_ results: [BenchmarkResult], in context: BenchmarkContext, with baseline: ResultFile) {
        let isSameMachine = context.sameMachine(as: baseline.context)
        var earlier: [BenchmarkResult.Identity: BenchmarkResult] = [:]
        for row in baseline.results { earlier[row.identity] = row }
        let pairs = results.compactMap { row in earlier[row.identity].map { ($0, row) } }
        rows = pairs.compactMap { old, new in
            if isSameMachine { return RowComparison(old, new, paired: false) }
            guard let old = old.asShareOfPeak, let new = new.asShareOfPeak else { return nil }
            return RowComparison(old, new, paired: false)
        }
        var remarks: [String] = []
        if !isSameMachine {
            remarks.append(
                "the baseline was measured on another machine (\(baseline.context.processor)): shares of peak are "
                    + "compared, rows without are left out")
        }
        if baseline.context.openblas != context.openblas {
            remarks.append("the baseline was measured with another OpenBLAS or core")
        }
        if results.count > pairs.count {
            remarks.append("\(results.count - pairs.count) of \(results.count) rows are not in the baseline")
        }
        if pairs.count > rows.count {
            remarks.append("\(pairs.count - rows.count) rows have no figures that can be compared")
        }
        self.remarks = remarks
    }

    /// Rows that surely have become slower: the ratio is below `limit` and the whole interval below 1.
    package func regressions(below limit: Double) -> [RowComparison] {
        rows.filter { $0.speedup.ratio < limit && $0.speedup.interval.upperBound < 1 }
    }
}

extension BenchmarkResult {
    /// The row in shares of its own machine's peak; `nil` where it has none.
    fileprivate var asShareOfPeak: BenchmarkResult? {
        guard let percentOfPeak, let median = summary?.median, median > 0, identity.metric == .flopRate else {
            return nil
        }
        let scale = percentOfPeak / median
        return BenchmarkResult(identity, status: status, notes: notes, values: values.map { $0 * scale })
    }
}
