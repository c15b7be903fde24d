import ApusBLAS
import ApusNeuralNetworks
import ApusParallel

extension ParameterBuffer<Float> {
    /// Adds a part's gradients times its share of the batch, 1 where losses are summed; the first part takes the place of what was there.
    func take(_ gradients: ParameterBuffer<Float>, times share: Float, isFirst: Bool, pool: WorkerPool) {
        let shards = Shards(of: layout.count, atLeast: 16_384)
        pool.forEach(shards.shards) { index, _ in
            for element in shards[index] {
                let part = share * gradients.pointer[element]
                pointer[element] = isFirst ? part : pointer[element] + part
            }
        }
    }
}
