import ApusParallel
import CHardware
import Synchronization

/// Notices that something else runs on the cores of this process: another program, or on a rented machine another guest on the
/// second hardware thread of a core, which no counter of the guest shows.
///
/// Instructions that do nothing go through a core at a fixed rate per cycle. A second hardware thread takes every other
/// cycle of the front end, so the rate falls to about half; multiply-adds, of which a core takes two a cycle at most,
/// hardly become slower. The clock changes the rate by less.
package final class CoreSharing: @unchecked Sendable {
    /// Below this share of the best rate a core is shared.
    private static let lowestShare = 0.8
    /// About 10 µs.
    private static let hundreds: UInt64 = 1_500

    private var bestRate = 0.0
    private let clock = MonotonicClock()
    private let pools = ThreadPools()

    /// A watch, which looks for the best rate for 0.1 s.
    package init() {
        let end = clock.now + 0.1
        while clock.now < end { bestRate = max(bestRate, rate()) }
    }

    /// Whether as many cores as there are threads belong to this process at the moment; called by the thread that measures.
    /// More threads than cores share them by themselves, so that nothing can be said.
    package func isAlone(threads: Int) -> Bool {
        if threads > Processor.usableCores { return true }
        let slowest = threads == 1 ? rate() : slowestRate(pools[threads])
        bestRate = max(bestRate, slowest)
        return slowest >= Self.lowestShare * bestRate
    }

    private func slowestRate(_ pool: WorkerPool) -> Double {
        let slowest = Mutex(Double.infinity)
        pool.onEveryWorker { _ in
            let own = rate()
            slowest.withLock { $0 = min($0, own) }
        }
        return slowest.withLock { $0 }
    }

    private func rate() -> Double {
        let start = clock.now
        let count = Double(chardware_issue_nothing(Self.hundreds))
        return count / (clock.now - start)
    }
}
