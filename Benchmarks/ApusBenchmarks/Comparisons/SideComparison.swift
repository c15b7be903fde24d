import Foundation

/// Two sides on the same problems.
package struct SideComparison: Sendable {
    /// Rows that both sides have.
    package let rows: [RowComparison]

    /// What two rows must have in common besides their sides.
    private struct Problem: Hashable {
        let suite: String
        let name: String
        let dtype: String
        let batch: Int
        let metric: Metric
        let algorithm: String?
        let threads: Int?
    }

    /// Compares the rows of two sides. Where only the algorithm tells sides apart, rows have as many threads on both; where
    /// only the threads do, the same algorithm.
    ///
    /// - Parameters:
    ///   - paired: Whether the samples of the two were taken in turn.
    package init(
        _ first: [BenchmarkResult], _ second: [BenchmarkResult], sides: (ComparisonSide, ComparisonSide), paired: Bool
    ) {
        let tellsAlgorithms = sides.0.algorithm != nil && sides.1.algorithm != nil
        let tellsThreads = sides.0.threads != nil && sides.1.threads != nil
        func problem(_ row: BenchmarkResult) -> Problem {
            let identity = row.identity
            return Problem(
                suite: identity.suite, name: identity.name, dtype: identity.dtype, batch: identity.batch,
                metric: identity.metric, algorithm: tellsAlgorithms ? nil : identity.algorithm,
                threads: tellsThreads ? nil : identity.threads)
        }
        var others: [Problem: BenchmarkResult] = [:]
        for row in second where sides.1.includes(row.identity) { others[problem(row)] = row }
        rows = first.filter { sides.0.includes($0.identity) }.compactMap { row in
            others[problem(row)].flatMap { RowComparison(row, $0, paired: paired) }
        }
    }

    /// The geometric mean of all ratios; `nil` without rows.
    package var meanSpeedup: Double? { rows.meanSpeedup }
}
