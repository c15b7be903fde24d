import CHardware
import Foundation
import Synchronization

/// What a pool shares with its threads: the operation at hand, how much of it is taken, and where to sleep.
///
/// Protocol: the caller stores the operation, then raises `generation`; helpers that see it take shards by counting
/// `next` up, and the last helper to leave wakes the caller. A helper always leaves one generation before the next
/// begins, so `operation` is never written while somebody reads it.
final class WorkerCrew: @unchecked Sendable {
    typealias Operation = (_ shard: Int, _ worker: Int) -> Void

    /// The closure of an operation for as long as the call lasts that it is passed to.
    @_silgen_name("chardware_lend_closure")
    private static func lend(_ operation: Operation) -> chardware_closure

    /// About 30 µs of waiting, longer than the gap between two kernels.
    private static let spins = 2_000

    private let helpers: Int
    private let generation = Atomic<UInt64>(0)
    private let next = Atomic<Int>(0)
    private let working = Atomic<Int>(0)
    private let dismissed = Atomic<Bool>(false)
    private let caller = Locked<Void>(())
    private var operation: chardware_closure?
    private var shards = 0
    private let sleep = SleepingPlace()
    private let wake = SleepingPlace()
    private let workerKey: pthread_key_t

    init(helpers: Int) {
        self.helpers = helpers
        var key = pthread_key_t()
        let status = pthread_key_create(&key, nil)
        require(status == 0, "WorkerPool: cannot tell workers apart: \(String(cString: strerror(status)))")
        workerKey = key
    }

    deinit { pthread_key_delete(workerKey) }

    /// The index of the calling thread among this crew's workers while it runs an operation, else `nil`.
    var currentWorker: Int? {
        pthread_getspecific(workerKey).map { Int(bitPattern: $0) - 1 }
    }

    private func setCurrentWorker(_ worker: Int?) {
        pthread_setspecific(workerKey, worker.flatMap { UnsafeRawPointer(bitPattern: $0 + 1) })
    }

    func startThread(worker: Int) -> pthread_t {
        let start = Unmanaged.passRetained(ThreadStart(crew: self, worker: worker))
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
                start.crew.serve(worker: start.worker)
                return nil
            }, start.toOpaque())
        require(status == 0, "WorkerPool: cannot start a thread: \(String(cString: strerror(status)))")
        return handle
    }

    func dismiss() {
        dismissed.store(true, ordering: .sequentiallyConsistent)
        sleep.wakeAll()
    }

    func runAlone(_ shards: Int, _ operation: Operation) {
        caller.withLock { _ in
            asWorker(0) {
                for shard in 0..<shards { operation(shard, 0) }
            }
        }
    }

    func run(_ shards: Int, _ operation: Operation) {
        caller.withLock { _ in
            self.operation = Self.lend(operation)
            self.shards = shards
            next.store(0, ordering: .relaxed)
            working.store(helpers, ordering: .relaxed)
            generation.add(1, ordering: .sequentiallyConsistent)
            sleep.wakeAll()
            takeShards(worker: 0, operation)
            wake.wait(spins: Self.spins) { working.load(ordering: .sequentiallyConsistent) == 0 }
            self.operation = nil
        }
    }

    private func takeShards(worker: Int, _ operation: Operation) {
        asWorker(worker) {
            while true {
                let shard = next.add(1, ordering: .relaxed).oldValue
                if shard >= shards { break }
                operation(shard, worker)
            }
        }
    }

    /// Runs `body` with denormals flushed and the thread known as a worker of this crew.
    private func asWorker(_ worker: Int, _ body: () -> Void) {
        Denormals.whileFlushed {
            setCurrentWorker(worker)
            body()
            setCurrentWorker(nil)
        }
    }

    private func serve(worker: Int) {
        var seen: UInt64 = 0
        while true {
            sleep.wait(spins: Self.spins) {
                generation.load(ordering: .sequentiallyConsistent) != seen
                    || dismissed.load(ordering: .sequentiallyConsistent)
            }
            if dismissed.load(ordering: .relaxed) { return }
            seen += 1
            if let operation {
                takeShards(worker: worker) { chardware_call_closure(operation, $0, $1) }
            }
            if working.subtract(1, ordering: .sequentiallyConsistent).newValue == 0 { wake.wakeAll() }
        }
    }
}

/// What a new thread is given.
private final class ThreadStart: Sendable {
    let crew: WorkerCrew
    let worker: Int

    init(crew: WorkerCrew, worker: Int) {
        self.crew = crew
        self.worker = worker
    }
}

/// Where threads wait for a condition over atomics: first spinning, then asleep.
private final class SleepingPlace: @unchecked Sendable {
    private let sleepers = Atomic<Int>(0)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Returns when `ready` does; whoever makes it so calls ``wakeAll()`` afterwards.
    func wait(spins: Int, until ready: () -> Bool) {
        for _ in 0..<spins {
            if ready() { return }
            chardware_pause()
        }
        pthread_mutex_lock(mutex)
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while !ready() { pthread_cond_wait(condition, mutex) }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        pthread_mutex_unlock(mutex)
    }

    /// Wakes those asleep; costs one load when nobody is. A sleeper counts itself before it looks at its condition a
    /// last time, and a waker changes the condition before it looks at the count, so one of them sees the other. That
    /// holds only among sequentially consistent operations: the condition must be changed and read by such.
    func wakeAll() {
        if sleepers.load(ordering: .sequentiallyConsistent) == 0 { return }
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }
}
