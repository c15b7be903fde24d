import CHardware
import Foundation
import Synchronization

/// A fixed set of threads that runs the shards of one operation after another.
///
/// The calling thread is worker 0. Between operations the others spin for some tens of microseconds, the usual gap
/// between two kernels of a training step, and then sleep. A pool is a value of its owner: two engines with a pool each
/// can live in one process. Operations started from several threads on one pool run one after the other; an operation
/// started from inside another runs on the worker that started it. An operation of one pool may start some of another,
/// but these none of the first: that would wait for itself.
public final class WorkerPool: Sendable {
    /// Number of threads that work on an operation, the caller included.
    public let threads: Int

    private let crew: WorkerCrew
    private let handles: [pthread_t]

    /// Starts the pool's threads.
    ///
    /// - Parameter threads: Threads that work at once, the caller included; by default the cores this process may use.
    public init(threads: Int = Processor.usableCores) {
        require(threads >= 1, "WorkerPool: threads is \(threads), expected at least 1")
        self.threads = threads
        let crew = WorkerCrew(helpers: threads - 1)
        self.crew = crew
        handles = (1..<threads).map { worker in crew.startThread(worker: worker) }
    }

    deinit {
        crew.dismiss()
        for handle in handles { pthread_join(handle, nil) }
    }

    /// Calls `body` once for every shard and returns when all calls have returned.
    ///
    /// Which worker runs a shard is not fixed, so a shard may write only what no other shard touches, and may use
    /// scratch memory of its worker. Denormals are flushed in `body`.
    ///
    /// - Parameters:
    ///   - shards: Number of shards; none is a no-op.
    ///   - body: Called concurrently with the shard's index and the worker's (`0..<threads`).
    public func forEach(_ shards: Int, _ body: (_ shard: Int, _ worker: Int) -> Void) {
        if shards <= 0 { return }
        if let worker = crew.currentWorker {
            for shard in 0..<shards { body(shard, worker) }
        } else if shards == 1 || threads == 1 {
            crew.runAlone(shards, body)
        } else {
            crew.run(shards, body)
        }
    }
}
