import ApusParallel
import Foundation

/// The three arrays of the triad, written first by the threads that use them, so that each thread's part lies in the
/// memory of its own socket.
final class TriadArrays: @unchecked Sendable {
    /// Words between the cursors of two threads: a line of the cache each.
    static let padding = 16
    /// The alignment of huge pages, which keep misses of the address cache out of the figures.
    private static let alignment = 2 << 20

    let elements: Int
    let a: UnsafeMutablePointer<Double>
    let b: UnsafeMutablePointer<Double>
    let c: UnsafeMutablePointer<Double>
    private let memory: UnsafeMutableRawPointer

    init(elements: Int, _ pool: WorkerPool) {
        self.elements = elements
        // Not a multiple of a page apart, so that equal indices do not fall into the same set of a cache.
        let distance = (elements * MemoryLayout<Double>.stride + 4095) / 4096 * 4096 + 1088
        memory = .allocate(byteCount: 3 * distance, alignment: Self.alignment)
        #if os(Linux)
            // Advice only: a kernel without huge pages refuses it.
            madvise(memory, 3 * distance, MADV_HUGEPAGE)
        #endif
        a = memory.bindMemory(to: Double.self, capacity: elements)
        b = (memory + distance).bindMemory(to: Double.self, capacity: elements)
        c = (memory + 2 * distance).bindMemory(to: Double.self, capacity: elements)
        pool.onEveryWorker { worker in
            let first = share(of: worker, among: pool.threads)
            let count = (worker == pool.threads - 1 ? elements : share(of: worker + 1, among: pool.threads)) - first
            for (value, array) in [a, b, c].enumerated() {
                (array + first).initialize(repeating: Double(value + 1), count: count)
            }
        }
    }

    deinit { memory.deallocate() }

    /// Where a thread's part of each array begins.
    func share(of worker: Int, among threads: Int) -> Int {
        elements / threads / Triad.grain * Triad.grain * worker
    }
}
