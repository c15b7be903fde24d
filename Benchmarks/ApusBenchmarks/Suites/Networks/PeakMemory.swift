import Foundation

/// The most memory that this process has held since a moment, by default its beginning. `ru_maxrss` would include what its
/// parent held.
package enum PeakMemory {
    /// Begins anew; `false` where the kernel does not let it (`/proc/self/clear_refs`, Linux 4.0).
    static func reset() -> Bool {
        guard let file = fopen("/proc/self/clear_refs", "w") else { return false }
        let written = fputs("5", file) >= 0
        return fclose(file) == 0 && written
    }

    /// Resident bytes at most since ``reset()`` (`VmHWM`), `nil` where the kernel does not tell.
    package static var bytes: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Int($0) }
            .map { $0 * 1024 }
    }
}
