import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

/// An exponential moving average of the weights, which is evaluated, predicts and is saved beside the weights themselves:
///
///     average ← decay · average + (1 − decay) · weights        after every `interval` steps
///
/// It begins with the weights as they were drawn, as in Keras (`use_ema`). Parameters that are not learnt by gradients, such as
/// running statistics, are taken over as they are.
public struct WeightAverage: Sendable, Hashable, Codable, Validated {
    /// Share of the average that is kept.
    public let decay: Double
    /// Steps from one update of the average to the next.
    public let interval: Int

    /// An average; Keras's default decay is 0.99.
    public init(decay: Double = 0.99, interval: Int = 1) {
        self.decay = decay
        self.interval = interval
        requireValid()
    }

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless((0...1).contains(decay), "WeightAverage: decay is \(decay), expected 0 ≤ decay ≤ 1")
            ?? unless(interval >= 1, "WeightAverage: interval is \(interval), expected at least 1")
    }

    /// Updates the average where the step calls for it; `step` counts from 1.
    func update(
        _ average: ParameterBuffer<Float>, with weights: ParameterBuffer<Float>, step: Int, pool: WorkerPool
    ) {
        guard step % interval == 0 else { return }
        let (kept, learnt) = (Float(decay), weights.layout.trainableCount)
        let shards = Shards(of: weights.layout.count, atLeast: 16_384)
        pool.forEach(shards.shards) { index, _ in
            for element in shards[index] {
                let weight = weights.pointer[element]
                average.pointer[element] =
                    element < learnt ? weight + kept * (average.pointer[element] - weight) : weight
            }
        }
    }
}
