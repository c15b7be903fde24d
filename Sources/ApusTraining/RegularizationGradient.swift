import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

extension Regularizer {
    /// Adds the gradients of all parameters' regularizers, `l1 · sign(w) + 2 · l2 · w`.
    static func addGradients(
        to gradients: ParameterBuffer<Float>, of parameters: ParameterBuffer<Float>, pool: WorkerPool
    ) {
        for entry in gradients.layout.entries {
            guard let regularizer = entry.regularizer else { continue }
            let (l1, l2) = (Float(regularizer.l1), Float(2 * regularizer.l2))
            let weights = parameters.pointer + entry.range.lowerBound
            let slopes = gradients.pointer + entry.range.lowerBound
            let shards = Shards(of: entry.range.count, atLeast: 16_384)
            pool.forEach(shards.shards) { index, _ in
                for element in shards[index] {
                    let weight = weights[element]
                    let sign: Float = weight > 0 ? 1 : weight < 0 ? -1 : 0
                    slopes[element] += l1 * sign + l2 * weight
                }
            }
        }
    }
}
