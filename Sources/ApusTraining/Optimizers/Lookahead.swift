import ApusNeuralNetworks
import ApusParallel

/// Lookahead (Zhang et al. 2019, arXiv 1907.08610): after every `interval` steps of another optimizer, slow weights follow its
/// fast ones a share of the way, and the fast ones go on from there:
///
///     slow ← slow + share · (p − slow)
///     p ← slow
public struct Lookahead: Optimizer {
    /// The optimizer that takes the steps.
    public var base: any Optimizer
    /// Steps from one meeting to the next.
    public var interval: Int
    /// How far the slow weights go towards the fast ones.
    public var share: Double

    /// Lookahead over another optimizer, with the paper's values.
    public init(_ base: any Optimizer, interval: Int = 5, share: Double = 0.5) {
        self.base = base
        self.interval = interval
        self.share = share
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(interval >= 1, "Lookahead: interval is \(interval), expected at least 1")
            ?? unless((0...1).contains(share), "Lookahead: share is \(share), expected 0 ≤ share ≤ 1")
    }

    /// The step length of the other optimizer.
    public var learningRate: Double {
        get { base.learningRate }
        set { base.learningRate = newValue }
    }

    /// Names of the state buffers.
    public var stateNames: [String] { base.stateNames + ["slow_weights"] }

    /// Moves parameters once.
    public func update(_ update: OptimizerUpdate) {
        let baseCount = update.state.count - 1
        let slow = update.state[baseCount].pointer
        let weights = update.parameters.pointer
        if update.step == 1 {
            for run in update.runs { (slow + run.lowerBound).update(from: weights + run.lowerBound, count: run.count) }
        }
        update.forEachPart {
            [update.restricted(to: update.entries, state: Array(0..<baseCount), rateFactor: update.rateFactor)]
        } _: { _, part in
            base.update(part)
        }
        guard update.step % interval == 0 else { return }
        let share = Float(share)
        for run in update.runs {
            let shards = Shards(of: run.count, atLeast: 16_384)
            update.pool.forEach(shards.shards) { index, _ in
                let range = shards[index]
                for element in run.lowerBound + range.lowerBound..<run.lowerBound + range.upperBound {
                    // With a share of 1 exactly the fast weight.
                    let met = weights[element] - (1 - share) * (weights[element] - slow[element])
                    slow[element] = met
                    weights[element] = met
                }
            }
        }
    }

    private enum CodingKeys: String, CodingKey { case base, interval, share }

    /// Writes the optimizer and the one that takes the steps.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try TrainingCoding.encode(base, to: container.superEncoder(forKey: .base))
        try container.encode(interval, forKey: .interval)
        try container.encode(share, forKey: .share)
    }

    /// Reads the optimizer and the one that takes the steps.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        base = try TrainingCoding.optimizer(from: container.superDecoder(forKey: .base))
        interval = try container.decode(Int.self, forKey: .interval)
        share = try container.decode(Double.self, forKey: .share)
    }
}
