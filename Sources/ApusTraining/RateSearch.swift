import Foundation

/// The losses of training steps with a growing learning rate, and what they suggest.
public struct RateSearch: Sendable, Codable {
    /// One step.
    public struct Point: Sendable, Codable {
        /// The learning rate of the step.
        public let rate: Double
        /// Mean loss of the batch before the step.
        public let loss: Double
        /// Moving average of the losses so far.
        public let smoothedLoss: Double
    }

    /// The steps, in the order of growing rates.
    public private(set) var points: [Point] = []
    /// Whether the loss left all bounds before the highest rate was reached.
    public private(set) var hasDiverged = false

    private let smoothing: Double
    private let divergence: Double
    private var average = 0.0
    private var decayed = 1.0
    private var best = Double.infinity

    private enum CodingKeys: String, CodingKey {
        case points, hasDiverged, smoothing, divergence, average, decayed, best
    }

    /// A search that has seen nothing.
    ///
    /// - Parameters:
    ///   - smoothing: Share of the moving average that is kept from step to step.
    ///   - divergence: How many times the lowest smoothed loss ends the search.
    init(smoothing: Double, divergence: Double) {
        self.smoothing = smoothing
        self.divergence = divergence
    }

    /// Adds a step and returns whether another one makes sense. The average starts at zero and is corrected for that.
    mutating func add(rate: Double, loss: Double) -> Bool {
        average = smoothing * average + (1 - smoothing) * loss
        decayed *= smoothing
        let smoothed = average / (1 - decayed)
        guard smoothed.isFinite else {
            diverge()
            return false
        }
        points.append(Point(rate: rate, loss: loss, smoothedLoss: smoothed))
        best = min(best, smoothed)
        if smoothed > divergence * best { hasDiverged = true }
        return !hasDiverged
    }

    /// Ends the search with a loss that is no number.
    mutating func diverge() { hasDiverged = true }

    /// The point with the lowest smoothed loss.
    public var lowest: Point? { points.min { $0.smoothedLoss < $1.smoothedLoss } }

    /// The rate at which the smoothed loss falls fastest over the logarithm of the rate, a good learning rate to begin with;
    /// `nil` where it falls nowhere.
    ///
    /// The slope at a point is that between its neighbours a twentieth of the steps away. The first tenth of the points, whose
    /// averages are of few losses, and those beyond the lowest loss do not count.
    public var suggestion: Double? {
        let reach = max(1, points.count / 20)
        guard let end = points.indices.min(by: { points[$0].smoothedLoss < points[$1].smoothedLoss }) else {
            return nil
        }
        var steepest: (slope: Double, rate: Double)?
        for index in points.indices where index >= points.count / 10 && index <= end {
            let (left, right) = (points[max(0, index - reach)], points[min(points.count - 1, index + reach)])
            guard right.rate > left.rate else { continue }
            let slope = (right.smoothedLoss - left.smoothedLoss) / log(right.rate / left.rate)
            if slope < steepest?.slope ?? 0 { steepest = (slope, points[index].rate) }
        }
        return steepest?.rate
    }
}
