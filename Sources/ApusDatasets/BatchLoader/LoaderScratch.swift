import ApusParallel

/// Scratch memory of a loader's threads, kept from batch to batch.
final class LoaderScratch: Sendable {
    /// What one thread works with.
    struct Slice {
        /// Floats of its own, `nil` where it asked for none.
        let floats: UnsafeMutablePointer<Float>?
        /// Bytes of its own.
        let bytes: UnsafeMutablePointer<UInt8>
        /// Bytes that all threads share.
        let shared: UnsafeMutablePointer<UInt8>
    }

    /// The slices of all threads.
    struct Slices {
        fileprivate let base: UnsafeMutableRawPointer
        fileprivate let layout: LoaderScratch

        subscript(thread: Int) -> Slice {
            let own = base + thread * layout.threadStride
            return Slice(
                floats: layout.floatsPerThread > 0 ? own.assumingMemoryBound(to: Float.self) : nil,
                bytes: (own + layout.floatBytes).assumingMemoryBound(to: UInt8.self),
                shared: (base - layout.sharedStride).assumingMemoryBound(to: UInt8.self))
        }
    }

    private struct Memory: ~Copyable, @unchecked Sendable {
        var base: UnsafeMutableRawPointer?
        var threads = 0

        deinit { base?.deallocate() }
    }

    private static let alignment = 64

    private let floatsPerThread: Int
    private let floatBytes: Int
    private let threadStride: Int
    private let sharedStride: Int
    private let memory = Locked(Memory())

    init(floatsPerThread: Int, bytesPerThread: Int, sharedBytes: Int) {
        self.floatsPerThread = floatsPerThread
        floatBytes = floatsPerThread * MemoryLayout<Float>.stride
        threadStride = Self.aligned(floatBytes + bytesPerThread)
        sharedStride = Self.aligned(sharedBytes)
    }

    private static func aligned(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }

    /// Calls `body` with memory for so many threads. Calls from several threads run one after the other.
    func withMemory(threads: Int, _ body: (Slices) -> Void) {
        memory.withLock { memory in
            if memory.threads < threads {
                memory.base?.deallocate()
                memory.base = .allocate(
                    byteCount: sharedStride + threads * threadStride + Self.alignment, alignment: Self.alignment)
                memory.threads = threads
            }
            if let base = memory.base { body(Slices(base: base + sharedStride, layout: self)) }
        }
    }
}
