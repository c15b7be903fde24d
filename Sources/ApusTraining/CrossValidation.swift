/// What k trainings, each validated on another part of the data, say together.
public struct CrossValidation: Sendable, Codable, Equatable {
    /// The scores on the parts that were held out, in order.
    public let scores: [Score]

    /// A summary of scores, at least one.
    public init(_ scores: [Score]) { self.scores = scores }

    /// Mean of the losses.
    public var meanLoss: Double { mean(scores.map(\.loss)) }
    /// Deviation of the losses, dividing by k − 1; 0 of one score.
    public var lossDeviation: Double { deviation(scores.map(\.loss)) }
    /// Mean of the accuracies, `nil` where examples have no class.
    public var meanAccuracy: Double? { accuracies.map(mean) }
    /// Deviation of the accuracies, dividing by k − 1; `nil` where examples have no class.
    public var accuracyDeviation: Double? { accuracies.map(deviation) }

    private var accuracies: [Double]? {
        let known = scores.compactMap(\.accuracy)
        return known.count == scores.count ? known : nil
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func deviation(_ values: [Double]) -> Double {
        if values.count < 2 { return 0 }
        let mean = mean(values)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}
