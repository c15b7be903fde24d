import Foundation

/// Where the harness takes its time from, so that tests can give it one of their own.
package protocol BenchmarkClock: Sendable {
    /// Seconds since some moment in the past.
    var now: Double { get }
}

/// `CLOCK_MONOTONIC`: never set back; NTP may change its rate by at most 0.05 %.
package struct MonotonicClock: BenchmarkClock {
    /// The system's clock.
    package init() {}

    /// Seconds since the system's start.
    package var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
