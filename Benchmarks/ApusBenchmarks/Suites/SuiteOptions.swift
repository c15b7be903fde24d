import ApusParallel

/// What a user may choose of every suite.
package struct SuiteOptions: Sendable {
    /// Numbers of threads, in ascending order.
    package var threads: [Int]
    /// Algorithms to measure; `nil` for all.
    package var algorithms: Set<String>?
    /// Whether a minute must do: fewer problems.
    package var isQuick = false
    /// Rows that would take longer for one sample run on fewer images or rows.
    package var longestSample = 2.0
    /// The model of the suite `layers`.
    package var model: NamedModel
    /// Where the peers' workers are; `nil` for none.
    package var peerWorkers: String?

    let pools: ThreadPools

    /// Options with their defaults for so many threads.
    package init(threads: [Int], model: NamedModel) {
        self.threads = threads
        self.model = model
        pools = ThreadPools()
    }

    /// Whether rows of an algorithm are asked for.
    func includes(_ algorithm: String) -> Bool { algorithms?.contains(algorithm) ?? true }

    /// The largest number of threads.
    var mostThreads: Int { threads.max() ?? 1 }
}

/// One pool for each number of threads, made when first asked for.
final class ThreadPools: @unchecked Sendable {
    private var pools: [Int: WorkerPool] = [:]

    /// Called by the thread that measures, and by no other.
    subscript(threads: Int) -> WorkerPool {
        if let pool = pools[threads] { return pool }
        let pool = WorkerPool(threads: threads)
        pools[threads] = pool
        return pool
    }
}
