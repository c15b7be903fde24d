/// A side of Apus over the fastest of some peers.
struct PeerRatio: Sendable {
    let heading: String
    /// The labels of Apus's side, the first that a problem has.
    let apus: [String]
    /// Which peers count.
    let counts: @Sendable (_ peer: String) -> Bool

    /// What is compared with peers: as a user runs it, without Winograd's convolutions, and both in bfloat16.
    static let all = [
        PeerRatio(heading: "apus / best peer", apus: ["apus"]) { !$0.contains("bfloat16") },
        // Where the rule chooses the fused kernel, it has no row of its own.
        PeerRatio(heading: "fused / best peer", apus: ["apus fused", "apus"]) { !$0.contains("bfloat16") },
        PeerRatio(heading: "bfloat16 / bfloat16", apus: ["apus bfloat16"]) { $0.contains("bfloat16") },
    ]

    private init(heading: String, apus: [String], counts: @escaping @Sendable (String) -> Bool) {
        self.heading = heading
        self.apus = apus
        self.counts = counts
    }

    /// Apus's side over the fastest peer, which it names; `nil` where one of them is missing.
    func comparison(_ rows: [BenchmarkResult]) -> (comparison: RowComparison, peer: String)? {
        let peers = rows.filter { !$0.identity.algorithm.hasPrefix("apus") && counts($0.identity.algorithm) }
        let best = peers.filter { $0.summary != nil }.max { ($0.summary?.median ?? 0) < ($1.summary?.median ?? 0) }
        let side = apus.lazy.compactMap { label in rows.first { $0.identity.algorithm == label } }.first
        guard let side, let best, let comparison = RowComparison(best, side, paired: true) else { return nil }
        return (comparison, best.identity.algorithm)
    }

    /// What problems are averaged over: directions of convolutions, trainings, inferences.
    static func group(_ problem: String) -> String {
        let kind = problem.prefix { $0 != " " }
        guard kind == "convolution" else { return String(kind) }
        return problem.split(separator: " ").dropFirst(2).joined(separator: " ")
    }

    /// The geometric mean of the ratios of some problems' rows; `nil` where there are none.
    func geometricMean(_ problems: [[BenchmarkResult]]) -> Double? {
        problems.compactMap { comparison($0)?.comparison }.meanSpeedup
    }
}
