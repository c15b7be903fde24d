import ApusKernels
import ApusParallel

/// Finds the fastest algorithm for each direction of a convolution, on one thread: which kernel is best does not depend on
/// how many threads share the work.
package struct KernelTuning {
    /// The seconds of one algorithm for one direction.
    package struct Timing: Sendable {
        package let algorithm: ConvolutionAlgorithm
        /// The median; `nil` where the kernel was refused.
        package let seconds: Double?
    }

    private let harness: Harness
    private let pool = WorkerPool(threads: 1)

    /// A tuning that spends so many seconds on each algorithm and direction.
    package init(seconds: Double, clock: any BenchmarkClock = MonotonicClock(), isStopped: @escaping () -> Bool) {
        var plan = SamplingPlan()
        plan.budget = seconds
        harness = Harness(clock: clock, plan: plan, isStopped: isStopped)
    }

    /// Algorithms that are worth measuring; naive loops never win.
    package static func candidates(
        _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection
    ) -> [ConvolutionAlgorithm] {
        let isServed = ConvolutionAlgorithm.winograd.serving(geometry) == .winograd
        return isServed ? [.blas, .fused, .winograd] : [.blas, .fused]
    }

    /// Times all candidates for one direction, taking turns. Each is verified first.
    package func time(
        _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, images: Int
    ) -> [Timing] {
        let data = Shared { ConvolutionData(geometry, images: images) }
        let pool = pool
        let candidates = Self.candidates(geometry, direction)
        let workloads = candidates.map { algorithm in
            Workload(
                .init(
                    suite: "tune", name: geometry.signature, algorithm: algorithm.rawValue, threads: 1, batch: images,
                    metric: .time)
            ) {
                let data = data.value
                data.reserve(direction, images: images, algorithm: algorithm, threads: 1)
                return Workload.Prepared(
                    verify: { () throws(WrongResult) in
                        try data.verify(direction, images: images, algorithm: algorithm, pool: pool)
                    },
                    run: { data.run(direction, images: images, algorithm: algorithm, pool: pool) })
            }
        }
        return zip(candidates, harness.measure(workloads, inLockstep: true)).map {
            Timing(algorithm: $0, seconds: $1.medianSeconds)
        }
    }

    /// The fastest; another than the rule's choice only where it is faster by more than measurements scatter.
    package static func best(of timings: [Timing], insteadOf rule: ConvolutionAlgorithm) -> ConvolutionAlgorithm {
        let timed = timings.compactMap { timing in timing.seconds.map { (timing.algorithm, $0) } }
        guard let fastest = timed.min(by: { $0.1 < $1.1 }) else { return rule }
        guard let usual = timed.first(where: { $0.0 == rule }) else { return fastest.0 }
        return fastest.1 < 0.97 * usual.1 ? fastest.0 : rule
    }
}
