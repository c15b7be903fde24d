import ApusParallel
import CHardware
import Foundation

/// The bandwidth of `a[i] = b[i] + s·c[i]` in double precision: McCalpin's STREAM triad, with its counting of 24 bytes an
/// element, over arrays that fit each cache and over ones that fit none.
///
/// In caches, stores are ordinary ones. In memory, an ordinary store reads its line first, traffic that STREAM does not
/// count; stores that go around the caches avoid it. Compilers may use either in STREAM. Here memory is measured with both
/// and the higher figure counts, because it is to be a ceiling.
package struct Triad {
    /// A working set: all three arrays together, for each thread.
    package struct Set: Equatable {
        /// `L1`, `L2`, … or `memory`.
        package let name: String
        /// Elements of one array that one thread passes over, a multiple of ``grain``.
        package let elements: Int
    }

    /// Elements in a row that the kernels treat together.
    package static let grain = 32
    private static let bytesPerElement = 3 * MemoryLayout<Double>.stride
    private static let bytesPerCall = 4 << 20

    /// The working sets for `threads` threads, nearest first.
    ///
    /// In each cache half of a thread's share, but not over eight times the cache before it: the size of a last level that
    /// a hypervisor shows may be the host's, and a guest gets a part of it. In memory all of `memory` bytes.
    package static func sets(_ caches: CacheSizes, threads: Int, processors: Int, memory: Int) -> [Set] {
        var sets: [Set] = []
        var before = Int.max
        for cache in caches.levels {
            // Threads spread over the caches of a level before they share one.
            let sharing = (threads * min(cache.sharedBy, processors) + processors - 1) / processors
            let bytes = min(cache.bytes / 2 / max(1, sharing), before == .max ? .max : 8 * before)
            sets.append(Set(name: cache.name, elements: elements(bytes)))
            before = cache.bytes
        }
        sets.append(Set(name: "memory", elements: elements(memory / threads)))
        return sets
    }

    private static func elements(_ bytes: Int) -> Int { max(1, bytes / bytesPerElement / grain) * grain }

    /// Bytes of all arrays in memory: four times all caches of the last level (two in a quick run), at most 4 GB and a
    /// quarter of what is available.
    package static func memoryBytes(_ caches: CacheSizes, processors: Int, available: Int, quick: Bool) -> Int {
        guard let last = caches.levels.last else { return available / 4 }
        let instances = max(1, processors / max(1, min(last.sharedBy, processors)))
        return min((quick ? 2 : 4) * instances * last.bytes, 4 << 30, available / 4)
    }

    /// Measures all levels, with the pool's threads at once and with one alone.
    static func measure(
        _ pool: WorkerPool, _ caches: CacheSizes, quick: Bool
    ) -> (all: [String: Double], perCore: [String: Double]) {
        let processors = max(1, ProcessInfo.processInfo.processorCount)
        let memory = memoryBytes(caches, processors: processors, available: availableMemory(), quick: quick)
        let arrays = TriadArrays(elements: elements(memory), pool)
        let alone = pool.threads == 1 ? pool : WorkerPool(threads: 1)
        func bandwidths(_ pool: WorkerPool) -> [String: Double] {
            let sets = sets(caches, threads: pool.threads, processors: processors, memory: memory)
            // In rounds over all levels, so that a disturbance for a while does not spoil one of them.
            let pairs = (0..<(quick ? 1 : 3)).flatMap { _ in
                sets.map { ($0.name, bandwidth(of: $0, in: arrays, pool)) }
            }
            return Dictionary(pairs, uniquingKeysWith: max)
        }
        let perCore = bandwidths(alone)
        return (pool.threads == 1 ? perCore : bandwidths(pool), perCore)
    }

    private static func bandwidth(of set: Set, in arrays: TriadArrays, _ pool: WorkerPool) -> Double {
        let isMemory = set.name == "memory"
        let (seconds, window) = isMemory ? (0.08, 0.02) : (0.04, 0.002)
        let rates = (isMemory && chardware_streams() ? [false, true] : [false]).map { streaming in
            var cursors = [Int](repeating: 0, count: pool.threads * TriadArrays.padding)
            return cursors.withUnsafeMutableBufferPointer { buffer in
                nonisolated(unsafe) let cursors = buffer
                return ConcurrentRate.best(pool, seconds: seconds, window: window) { worker in
                    let first = arrays.share(of: worker, among: pool.threads)
                    return pass(
                        arrays, first, set.elements, &cursors[worker * TriadArrays.padding], streaming: streaming)
                }
            }
        }
        return (rates.max() ?? 0) / 1e9
    }

    /// Passes over some megabytes, from where the last call stopped, and returns the bytes that count.
    private static func pass(
        _ arrays: TriadArrays, _ first: Int, _ elements: Int, _ cursor: inout Int, streaming: Bool
    ) -> Double {
        let most = bytesPerCall / bytesPerElement / grain * grain
        let (count, passes) = elements <= most ? (elements, most / elements) : (min(most, elements - cursor), 1)
        let start = first + (elements <= most ? 0 : cursor)
        chardware_triad(
            Int32(FMAPeak.vectorBits), streaming, arrays.a + start, arrays.b + start, arrays.c + start, 3, count, passes
        )
        cursor = cursor + count >= elements ? 0 : cursor + count
        return Double(count * passes * bytesPerElement)
    }

    /// Memory that programs can take without swapping, as `/proc/meminfo` says; 1 GB where it does not.
    private static func availableMemory() -> Int {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        return line.flatMap { Int($0.filter(\.isNumber)) }.map { $0 << 10 } ?? 1 << 30
    }
}
