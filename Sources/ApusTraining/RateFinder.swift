import ApusNeuralNetworks
import ApusParallel

/// Finds a learning rate by Smith's range test (2017, arXiv 1506.01186, section 3.3): the rate grows by the same factor from
/// step to step while the loss is watched, which first falls, then grows without bounds.
///
/// ```swift
/// let search = RateFinder().search(trainer, on: .images(train))
/// print(search.suggestion ?? 0)
/// ```
public struct RateFinder: Sendable {
    /// The rate of the first step.
    public let lowest: Double
    /// The rate of the last step.
    public let highest: Double
    /// Number of steps.
    public let steps: Int
    /// Share of the moving average of losses that is kept from step to step.
    public let smoothing: Double
    /// How many times the lowest smoothed loss ends the search.
    public let divergence: Double

    /// A test over six powers of ten in 200 steps.
    public init(
        lowest: Double = 1e-6, highest: Double = 1, steps: Int = 200, smoothing: Double = 0.9, divergence: Double = 4
    ) {
        require(
            lowest > 0 && highest > lowest && highest.isFinite,
            "RateFinder: rates from \(lowest) to \(highest), expected 0 < lowest < highest")
        require(steps >= 2, "RateFinder: \(steps) steps, expected at least 2")
        require((0..<1).contains(smoothing), "RateFinder: smoothing is \(smoothing), expected 0 ≤ smoothing < 1")
        require(divergence > 1, "RateFinder: divergence is \(divergence), expected more than 1")
        self.lowest = lowest
        self.highest = highest
        self.steps = steps
        self.smoothing = smoothing
        self.divergence = divergence
    }

    /// Trains a copy of a network, from its current weights and from an optimizer's state of zeros. The trainer stays as it is.
    ///
    /// - Parameters:
    ///   - trainer: What would be trained. Its optimizer takes the steps, whose rates replace its own schedule.
    ///   - examples: What would be learnt; shuffled as in training.
    ///   - stop: Ends the search after the current step when raised.
    ///   - progress: Told of each step.
    public func search(
        _ trainer: Trainer, on examples: Examples, stop: StopRequest = StopRequest(),
        progress: (RateSearch.Point) -> Void = { _ in }
    ) -> RateSearch {
        var (optimizer, settings) = (trainer.optimizer, trainer.settings)
        optimizer.learningRate = lowest
        settings.schedule = ExponentialSchedule(decay: highest / lowest, per: .steps(steps - 1))
        settings.weightAverage = nil
        let copy = Trainer(
            model: trainer.model, loss: trainer.loss, optimizer: optimizer, settings: settings, pool: trainer.pool)
        copy.parameters.copy(from: trainer.parameters)

        var search = RateSearch(smoothing: smoothing, divergence: divergence)
        let training = TrainingSteps(copy, on: examples)
        for _ in 0..<steps {
            if stop.raised { break }
            guard let loss = try? training.next() else {
                search.diverge()
                break
            }
            let goesOn = search.add(rate: training.learningRate, loss: loss)
            if let point = search.points.last { progress(point) }
            if !goesOn { break }
        }
        return search
    }
}
