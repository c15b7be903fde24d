import Foundation

/// The system calls of ``AtomicFile``, as values, so that a test can make any of them fail.
///
/// Each returns a negative number and sets `errno` on failure.
package struct FileSystemCalls: Sendable {
    package var open: @Sendable (_ path: String, _ flags: Int32, _ mode: mode_t) -> Int32
    package var write: @Sendable (_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int
    package var sync: @Sendable (_ descriptor: Int32) -> Int32
    package var close: @Sendable (_ descriptor: Int32) -> Int32
    package var rename: @Sendable (_ from: String, _ to: String) -> Int32

    /// The operating system's.
    package static let system = FileSystemCalls(
        open: { Foundation.open($0, $1, $2) },
        write: { Foundation.write($0, $1.baseAddress, $1.count) },
        sync: { fsync($0) },
        close: { Foundation.close($0) },
        rename: { Foundation.rename($0, $1) })
}
