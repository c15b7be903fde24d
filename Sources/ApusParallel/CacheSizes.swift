import Foundation

/// The data caches that a core sees, as Linux describes them under `/sys/devices/system/cpu`.
///
/// A hypervisor may show the whole host's last level, of which other guests use most.
package struct CacheSizes: Equatable, Sendable {
    /// One cache.
    package struct Level: Equatable, Sendable {
        /// 1 for the one nearest to the core.
        package let level: Int
        /// Its size, in bytes.
        package let bytes: Int
        /// Logical processors that share it.
        package let sharedBy: Int

        /// `L1`, `L2`, …
        package var name: String { "L\(level)" }

        /// A cache from its parts.
        package init(level: Int, bytes: Int, sharedBy: Int) {
            self.level = level
            self.bytes = bytes
            self.sharedBy = sharedBy
        }
    }

    /// The caches, nearest first.
    package let levels: [Level]

    /// Caches, nearest first.
    package init(levels: [Level]) { self.levels = levels }

    /// What is assumed where the system does not say: sizes below those of most processors of the last decade.
    static let assumed = CacheSizes(levels: [
        Level(level: 1, bytes: 32 << 10, sharedBy: 1), Level(level: 2, bytes: 256 << 10, sharedBy: 1),
        Level(level: 3, bytes: 8 << 20, sharedBy: .max),
    ])

    /// The caches of the first processor.
    package static let current =
        read { try? String(contentsOfFile: "/sys/devices/system/cpu/cpu0/cache/\($0)", encoding: .utf8) } ?? assumed

    /// Bytes of a level of which a core has its own share, as much as is assumed where there is no such level.
    package func bytes(ofLevel level: Int) -> Int {
        (levels + Self.assumed.levels).first { $0.level == level }?.bytes ?? 0
    }

    /// The caches from a way to read files such as `index0/size`; `nil` where there are none.
    package static func read(_ read: (String) -> String?) -> CacheSizes? {
        var levels: [Level] = []
        for index in 0..<16 {
            func field(_ name: String) -> String? {
                read("index\(index)/\(name)")?.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            guard let type = field("type"), type == "Data" || type == "Unified",
                let level = field("level").flatMap({ Int($0) }), let bytes = field("size").flatMap(bytes),
                !levels.contains(where: { $0.level == level })
            else { continue }
            levels.append(Level(level: level, bytes: bytes, sharedBy: field("shared_cpu_list").flatMap(count) ?? 1))
        }
        return levels.isEmpty ? nil : CacheSizes(levels: levels.sorted { $0.level < $1.level })
    }

    /// Bytes from "48K", "2048K" or "300M"; `nil` for anything else and for none.
    package static func bytes(_ text: String) -> Int? {
        let shift = ["K": 10, "M": 20, "G": 30][text.suffix(1)]
        guard let number = Int(shift == nil ? text[...] : text.dropLast()), number > 0,
            number <= Int.max >> (shift ?? 0)
        else { return nil }
        return number << (shift ?? 0)
    }

    /// How many processors a list such as "0-3,64-67" names; `nil` where it is none.
    package static func count(_ list: String) -> Int? {
        var count = 0
        for range in list.split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard bounds.count <= 2, let first = bounds[0], let last = bounds[bounds.count - 1], first <= last
            else { return nil }
            count += last - first + 1
        }
        return count
    }
}
