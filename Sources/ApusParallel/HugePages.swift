import Foundation

/// Memory in huge pages. A training step walks through hundreds of megabytes in dozens of streams at a time, and a processor
/// remembers where some thousands of pages lie: of 4 KiB each they hold a few megabytes.
package enum HugePages {
    /// Bytes of a huge page of x86-64, and of Arm with pages of 4 KiB.
    package static let pageBytes = 2 << 20
    /// Least bytes that are worth huge pages.
    package static let leastBytes = 4 * pageBytes

    /// Uninitialized memory, in huge pages where there is much of it and the system has some to give (Linux's transparent huge
    /// pages, unless `/sys/kernel/mm/transparent_hugepage/enabled` says `never`); its owner deallocates it.
    package static func allocate(byteCount: Int, alignment: Int) -> UnsafeMutableRawPointer {
        if byteCount < leastBytes { return .allocate(byteCount: byteCount, alignment: alignment) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: max(alignment, pageBytes))
        // A system without them refuses, and the memory serves as it is.
        madvise(memory, byteCount / pageBytes * pageBytes, MADV_HUGEPAGE)
        return memory
    }
}
