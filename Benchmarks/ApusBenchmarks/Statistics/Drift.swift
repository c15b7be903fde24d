/// Whether samples in the order of time grew slower or faster.
struct Drift {
    /// Median of the second half over median of the first where they differ by more than ``SamplingPlan/drift`` and
    /// their own uncertainties, else `nil`.
    let change: Double?

    init(_ seconds: [Double]) {
        let half = seconds.count / 2
        guard half >= 4, let first = Summary(Array(seconds.prefix(half))),
            let second = Summary(Array(seconds.suffix(half)))
        else {
            change = nil
            return
        }
        let ratio = second.median / first.median
        let tolerance = SamplingPlan.drift + first.uncertainty + second.uncertainty
        change = abs(ratio - 1) > tolerance ? ratio : nil
    }
}
