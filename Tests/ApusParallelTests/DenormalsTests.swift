import ApusParallel
import Foundation
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct DenormalsTests {
    @Test(arguments: [1, 2, 4])
    func areFlushedInsideAndRestoredOutside(threads: Int) {
        let pool = WorkerPool(threads: threads)
        #expect(!Denormals.areFlushed)
        let started = Atomic(0)
        let flushing = Counters(threads)
        let results = Counters(threads)
        // Read through a counter so that the compiler cannot divide.
        let divisor = Float(Counters(2).values.count)
        pool.forEach(threads) { _, worker in
            started.add(1, ordering: .relaxed)
            while started.load(ordering: .relaxed) < threads { sched_yield() }
            if Denormals.areFlushed { flushing.increment(worker) }
            if Float.leastNormalMagnitude / divisor == 0 { results.increment(worker) }
        }
        #expect(flushing.values == Array(repeating: 1, count: threads))
        #expect(results.values == Array(repeating: 1, count: threads))
        #expect(!Denormals.areFlushed)
        #expect(Float.leastNormalMagnitude / divisor != 0)
    }

    @Test func oneShardFlushesToo() {
        let pool = WorkerPool(threads: 3)
        pool.forEach(1) { _, _ in #expect(Denormals.areFlushed) }
        pool.forEach(1) { _, _ in
            pool.forEach(2) { _, _ in #expect(Denormals.areFlushed) }
            #expect(Denormals.areFlushed)
        }
        #expect(!Denormals.areFlushed)
    }
}
