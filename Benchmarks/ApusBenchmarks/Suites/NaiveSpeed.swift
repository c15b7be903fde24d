import ApusKernels
import ApusParallel

/// How fast the naive kernels are here, so that a row's time can be foretold. Measured once.
enum NaiveSpeed {
    /// GFLOP/s of the naive product.
    static let productGflops: Double = {
        let order = 96
        let (a, b) = (RandomBuffer<Float>(order * order, seed: 1), RandomBuffer<Float>(order * order, seed: 2))
        let c = RandomBuffer<Float>(unwritten: order * order)
        let pool = WorkerPool(threads: 1)
        let seconds = fastest {
            NaiveProduct.multiply(m: order, n: order, k: order, a: a.pointer, b: b.pointer, c: c.pointer, pool: pool)
        }
        return 2 * Double(order * order * order) / seconds / 1e9
    }()

    /// GFLOP/s of the naive convolution, forward.
    static let convolutionGflops: Double = {
        let geometry = ConvolutionGeometry(input: 8, inputChannels: 32, outputChannels: 32, kernel: 3)
        let data = ConvolutionData(geometry, images: 1)
        let pool = WorkerPool(threads: 1)
        let seconds = fastest { data.run(.forward, images: 1, algorithm: .naive, pool: pool) }
        return Double(geometry.flops(images: 1)) / seconds / 1e9
    }()

    private static func fastest(_ run: () -> Void) -> Double {
        let clock = MonotonicClock()
        return (0..<3).map { _ in
            let start = clock.now
            run()
            return clock.now - start
        }.min() ?? 1
    }
}
