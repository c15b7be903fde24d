import ApusParallel
import Foundation
import Synchronization

extension WorkerPool {
    /// Calls `body` once on each worker, all at the same time: none begins before all are there.
    func onEveryWorker(_ body: (_ worker: Int) -> Void) {
        let arrived = Atomic(0)
        forEach(threads) { _, worker in
            arrived.add(1, ordering: .sequentiallyConsistent)
            while arrived.load(ordering: .sequentiallyConsistent) < threads { sched_yield() }
            body(worker)
        }
    }
}
