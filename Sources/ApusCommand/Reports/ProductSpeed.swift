import Apus

/// A short measurement of matrix products.
enum ProductSpeed {
    /// GFLOP/s (2·n³ per product) of single-precision products of order 512, one in each thread at once, the best of
    /// several rounds.
    static func gflops(threads: Int) -> Double {
        let order = 512
        let pool = WorkerPool(threads: threads)
        let key = RandomKey(seed: 1)
        let (a, b) = (
            Tensor<Float>.uniform([order, order], key: key), Tensor<Float>.uniform([order, order], key: key)
        )
        var products = (0..<threads).map { _ in Tensor<Float>.zeros([order, order]) }
        var best = Double.infinity
        for _ in 0..<8 {
            let start = ContinuousClock.now
            products.withUnsafeMutableBufferPointer { products in
                let shared = Products(tensors: products)
                pool.forEach(threads * repetitions) { shard, worker in
                    shared.multiply(a, b, order: order, into: worker)
                }
            }
            best = min(best, start.duration(to: .now) / .seconds(1))
        }
        return 2 * Double(order * order * order) * Double(threads * repetitions) / best / 1e9
    }

    /// Long enough that waking the threads does not count.
    private static let repetitions = 8

    /// One result for each worker.
    private struct Products: @unchecked Sendable {
        let tensors: UnsafeMutableBufferPointer<Tensor<Float>>

        func multiply(_ a: Tensor<Float>, _ b: Tensor<Float>, order: Int, into index: Int) {
            tensors[index].withMutableSpan { c in
                BLAS.gemm(
                    m: order, n: order, k: order, a: a.scalars.span, lda: order, b: b.scalars.span, ldb: order, c: &c,
                    ldc: order)
            }
        }
    }
}
