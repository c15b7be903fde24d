/// One side of a comparison: an algorithm, a number of threads, an earlier result, or several of these.
package struct ComparisonSide: Sendable {
    /// What the user calls it.
    package let label: String
    /// The algorithm, `nil` for any.
    package var algorithm: String?
    /// The number of threads, `nil` for any.
    package var threads: Int?
    /// A file of earlier results, `nil` for a measurement.
    package var file: String?

    /// Reads `label=part,part…` where a part is an algorithm, `threads:n`, or a file that ends in `.json`; `nil` for
    /// anything else.
    package init?(_ text: String) {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else { return nil }
        label = String(halves[0])
        for part in halves[1].split(separator: ",", omittingEmptySubsequences: false) {
            if part.hasPrefix("threads:") {
                guard let count = Int(part.dropFirst("threads:".count)), count >= 1 else { return nil }
                threads = count
            } else if part.hasSuffix(".json") {
                file = String(part)
            } else if part.isEmpty {
                return nil
            } else {
                algorithm = String(part)
            }
        }
    }

    /// Whether a row is of this side.
    package func includes(_ identity: BenchmarkResult.Identity) -> Bool {
        (algorithm ?? identity.algorithm) == identity.algorithm && (threads ?? identity.threads) == identity.threads
    }
}
