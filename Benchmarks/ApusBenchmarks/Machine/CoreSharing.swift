import ApusParallel
import CHardware

/// Notices that something else runs on the cores of this process: another program, or on a rented machine another guest on the
/// second hardware thread of a core, which no counter of the guest shows.
///
/// Instructions that do nothing go through a core at a fixed number per cycle. A second hardware thread takes every other
/// cycle of the front end, so the number falls to about half; multiply-adds, of which a core takes two a cycle at most,
/// hardly become slower. Cycles are counted by a chain of dependent additions beside the burst.
package final class CoreSharing: @unchecked Sendable {
    /// Below this share of the usual number per cycle a core is shared.
    private static let lowestShare = 0.85
    /// About 10 µs.
    private static let hundreds: UInt64 = 1_500
    /// About 5 µs.
    private static let chain: UInt64 = 200

    private let clock = MonotonicClock()
    private let pools = ThreadPools()
    private var usual = UsualRate()

    /// A watch, which learns what is usual here for 0.1 s and goes on to learn.
    package init() {
        let end = clock.now + 0.1
        while clock.now < end { usual.add(perCycle()) }
    }

    /// Whether as many cores as there are threads belong to this process at the moment; called by the thread that measures.
    /// More threads than cores share them by themselves, so that nothing can be said.
    package func isAlone(threads: Int) -> Bool {
        if threads > Processor.usableCores { return true }
        let slowest = threads == 1 ? perCycle() : slowestPerCycle(pools[threads])
        usual.add(slowest)
        return slowest >= Self.lowestShare * usual.rate
    }

    private func slowestPerCycle(_ pool: WorkerPool) -> Double {
        let slowest = Locked(Double.infinity)
        pool.onEveryWorker { _ in
            let own = perCycle()
            slowest.withLock { $0 = min($0, own) }
        }
        return slowest.withLock { $0 }
    }

    /// Instructions per cycle. Interrupts lengthen a chain, so the faster of two tells the clock.
    private func perCycle() -> Double {
        let before = additionRate()
        let start = clock.now
        let count = Double(chardware_issue_nothing(Self.hundreds))
        let rate = count / (clock.now - start)
        return rate / max(before, additionRate())
    }

    private func additionRate() -> Double {
        var sum: UInt64 = 0
        let start = clock.now
        let count = Double(chardware_addition_chain(Self.chain, 3, &sum))
        return count / (clock.now - start)
    }
}

/// The highest rate that is seen again and again: single readings may be wrong in either direction.
package struct UsualRate {
    private static let binWidth = 0.1
    private static let highest = 16.0
    /// The share of all readings that makes a rate usual.
    private static let share = 0.02

    private var bins = [Int](repeating: 0, count: Int(highest / binWidth))
    private var count = 0

    /// Nothing seen yet.
    package init() {}

    /// Takes note of a reading; impossible ones are passed over.
    package mutating func add(_ rate: Double) {
        guard rate > 0, rate < Self.highest else { return }
        bins[min(bins.count - 1, Int(rate / Self.binWidth))] += 1
        count += 1
    }

    /// The usual rate, 0 before anything was seen.
    package var rate: Double {
        let enough = max(1, Int(Double(count) * Self.share))
        return bins.lastIndex { $0 >= enough }.map { Double($0) * Self.binWidth } ?? 0
    }
}
