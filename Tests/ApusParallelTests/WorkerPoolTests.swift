import ApusParallel
import Foundation
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(5)))
struct WorkerPoolTests {
    @Test(arguments: 1...8)
    func everyShardRunsOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        #expect(pool.threads == threads)
        for shards in [0, 1, 2, 3, 7, 8, 9, 64, 1_000] {
            let runs = Counters(shards)
            let strangers = Counters(1)
            pool.forEach(shards) { shard, worker in
                runs.increment(shard)
                if !(0..<threads).contains(worker) { strangers.increment(0) }
            }
            #expect(runs.values == Array(repeating: 1, count: shards), "\(shards) shards")
            #expect(strangers.values == [0])
        }
        pool.forEach(-1) { _, _ in Issue.record("a shard of a negative number") }
    }

    /// As many shards as threads that wait for one another can end only on as many workers.
    @Test(arguments: [2, 3, 8])
    func allWorkersWorkAtOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        for _ in 0..<20 {
            let started = Atomic(0)
            let workers = Counters(threads)
            pool.forEach(threads) { _, worker in
                started.add(1, ordering: .relaxed)
                while started.load(ordering: .relaxed) < threads { sched_yield() }
                workers.increment(worker)
            }
            #expect(workers.values == Array(repeating: 1, count: threads))
        }
    }

    /// What shards write is seen by the caller when the operation returns, and by the next operation's shards.
    @Test(arguments: 1...8)
    func tinyOperationsLoseNothing(threads: Int) {
        let pool = WorkerPool(threads: threads)
        let operations = 4_000
        var before = [0, 1, 2, 3, 4]
        var after = [Int](repeating: 0, count: before.count)
        for operation in 1...operations {
            before.withUnsafeBufferPointer { before in
                after.withUnsafeMutableBufferPointer { after in
                    pool.forEach(before.count) { shard, _ in
                        after[shard] = before[(shard + 1) % before.count] + 1
                    }
                }
            }
            swap(&before, &after)
            // Long enough now and then for the workers to fall asleep.
            if operation.isMultiple(of: 500) { usleep(2_000) }
        }
        #expect(before == [0, 1, 2, 3, 4].map { $0 + operations })
    }

    @Test(arguments: [1, 2, 4])
    func nestedOperationsStayOnTheirWorker(threads: Int) {
        let pool = WorkerPool(threads: threads)
        let runs = Counters(6 * 5)
        let strays = Counters(1)
        pool.forEach(6) { outer, worker in
            pool.forEach(5) { inner, innerWorker in
                runs.increment(outer * 5 + inner)
                if innerWorker != worker { strays.increment(0) }
            }
        }
        #expect(runs.values == Array(repeating: 1, count: 30))
        #expect(strays.values == [0])
    }

    @Test func aPoolInsideAnother() {
        let (outer, inner) = (WorkerPool(threads: 2), WorkerPool(threads: 3))
        let runs = Counters(4 * 7)
        for _ in 0..<200 {
            outer.forEach(4) { first, _ in
                inner.forEach(7) { second, _ in runs.increment(first * 7 + second) }
            }
        }
        #expect(runs.values == Array(repeating: 200, count: 28))
    }

    @Test(arguments: [1, 2, 5])
    func callersTakeTurns(threads: Int) {
        let pool = WorkerPool(threads: threads)
        let callers = 4
        let runs = Counters(callers)
        let inside = Atomic(0)
        let overlaps = Counters(1)
        let group = DispatchGroup()
        for caller in 0..<callers {
            group.enter()
            Thread.detachNewThread {
                for operation in 0..<500 {
                    let shards = 1 + (operation + caller) % 4
                    pool.forEach(shards) { shard, worker in
                        let others = inside.add(1, ordering: .relaxed).oldValue
                        if others >= threads { overlaps.increment(0) }
                        runs.increment(caller)
                        inside.subtract(1, ordering: .relaxed)
                    }
                }
                group.leave()
            }
        }
        group.wait()
        // 1 to 4 shards in turn: 2.5 on average.
        #expect(runs.values == Array(repeating: 1_250, count: callers))
        #expect(overlaps.values == [0])
    }

    /// Dismissing workers that are just falling asleep must not lose the wake-up, or joining them never ends.
    @Test(arguments: [2, 4])
    func poolsComeAndGo(threads: Int) {
        let runs = Counters(1)
        for round in 0..<300 {
            let pool = WorkerPool(threads: threads)
            pool.forEach(3) { _, _ in runs.increment(0) }
            usleep(UInt32(round % 30) * 5)
            pool.forEach(2) { _, _ in runs.increment(0) }
            usleep(UInt32(round % 7) * 20)
        }
        #expect(runs.values == [1_500])
    }

    @Test func theEndOfAPoolEndsItsThreads() async {
        let result = await #expect(processExitsWith: .success) {
            let threads = 4
            let ids = Locked<[String]>([])
            do {
                let pool = WorkerPool(threads: threads)
                let started = Atomic(0)
                pool.forEach(threads) { _, worker in
                    started.add(1, ordering: .relaxed)
                    while started.load(ordering: .relaxed) < threads { sched_yield() }
                    let task = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
                    if worker > 0, let task { ids.withLock { $0.append("/proc/\(task)") } }
                }
            }
            let helpers = ids.withLock { $0 }
            #expect(helpers.count == threads - 1)
            // The kernel takes a joined thread out of the list a moment after it has let the joiner go.
            let deadline = ContinuousClock.now + .seconds(10)
            let isListed = FileManager.default.fileExists(atPath:)
            while helpers.contains(where: isListed), ContinuousClock.now < deadline { usleep(1_000) }
            #expect(!helpers.contains(where: isListed))
        }
        #expect(result != nil)
    }

    @Test func noThreadsAreAMistake() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = WorkerPool(threads: 0)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("WorkerPool: threads is 0, expected at least 1"))
    }
}

/// Counts that threads raise at once.
final class Counters: Sendable {
    private let counts: [Counter]
    init(_ count: Int) { counts = (0..<count).map { _ in Counter() } }
    var values: [Int] { counts.map { $0.count.load(ordering: .relaxed) } }
    func increment(_ index: Int) { counts[index].count.add(1, ordering: .relaxed) }

    private final class Counter: Sendable {
        let count = Atomic(0)
    }
}
