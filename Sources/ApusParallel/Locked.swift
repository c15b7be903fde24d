import Foundation

/// A value that one thread at a time may look at, as `Synchronization.Mutex`, over a lock of the C library: what the
/// standard library's lock orders, the thread sanitizer does not see.
package final class Locked<Value: ~Copyable>: @unchecked Sendable {
    // First, because a value without a size would share its address with what lies behind it.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    package init(_ value: consuming sending Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Calls `body` with the value while no other thread does; must not be called from inside `body`.
    package func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
