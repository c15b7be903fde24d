import Foundation

/// How long processors worked, from `/proc/stat` and `/proc/self/stat` (proc(5)), in ticks of 10 ms.
package struct ProcessorTime: Equatable {
    /// What others than this process used, in cores.
    package struct Others: Equatable {
        /// Other programs and the kernel.
        package var programs: Double
        /// Other guests of the same host, at the cost of this one.
        package var stolen: Double

        /// What others used.
        package init(programs: Double, stolen: Double) {
            self.programs = programs
            self.stolen = stolen
        }
    }

    /// All processors' time in programs and the kernel.
    package let busy: Int
    /// Time that the host gave to others while this machine had work.
    package let stolen: Int
    /// This process's share of `busy`.
    package let own: Int

    /// The times from the texts of both files.
    package init?(stat: String, ownStat: String) {
        // user nice system idle iowait irq softirq steal
        let total = stat.prefix { $0 != "\n" }.split(separator: " ").dropFirst().map { Int($0) ?? 0 }
        // The name of a program may hold spaces and parentheses; the fields after it begin with the third, the state.
        let fields = ownStat.drop { $0 != "(" }.reversed().prefix { $0 != ")" }.reversed().split(separator: " ")
        guard stat.hasPrefix("cpu "), total.count >= 8, fields.count > 12, let user = Int(String(fields[11])),
            let system = Int(String(fields[12]))
        else { return nil }
        busy = total[0] + total[1] + total[2] + total[5] + total[6]
        stolen = total[7]
        own = user + system
    }

    /// What others used between an earlier moment and this one, `seconds` apart.
    package func others(since earlier: ProcessorTime, seconds: Double) -> Others {
        let ticks = seconds * Double(sysconf(Int32(_SC_CLK_TCK)))
        let programs = (busy - earlier.busy) - (own - earlier.own)
        return Others(
            programs: max(0, Double(programs) / ticks), stolen: max(0, Double(stolen - earlier.stolen) / ticks))
    }

    /// Waits and says what others used meanwhile; `nil` where the system does not say.
    static func others(during seconds: Double) -> Others? {
        guard let before = current() else { return nil }
        let clock = MonotonicClock()
        let start = clock.now
        Thread.sleep(forTimeInterval: seconds)
        return current()?.others(since: before, seconds: clock.now - start)
    }

    private static func current() -> ProcessorTime? {
        guard let stat = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
            let own = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)
        else { return nil }
        return ProcessorTime(stat: stat, ownStat: own)
    }
}
