import Foundation

/// Reads the processor quota that a control group lays on this process.
package enum CgroupQuota {
    /// The tightest quota on the way from this process's group to the root, in cores; `nil` where there is none.
    static func current() -> Double? {
        let membership = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        return quota(membership: membership) { try? String(contentsOfFile: $0, encoding: .utf8) }
    }

    /// The quota from the text of `/proc/self/cgroup` and a way to read files, so that a test can give both.
    package static func quota(membership: String, read: (String) -> String?) -> Double? {
        var quotas: [Double] = []
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let controllers = fields[1].split(separator: ",")
            for group in ancestors(of: String(fields[2])) {
                if fields[1].isEmpty {
                    quotas += [read("/sys/fs/cgroup\(group)/cpu.max").flatMap(parseMax)].compactMap(\.self)
                } else if controllers.contains("cpu") {
                    let folder = "/sys/fs/cgroup/cpu\(group)"
                    quotas += [parseCFS(read("\(folder)/cpu.cfs_quota_us"), read("\(folder)/cpu.cfs_period_us"))]
                        .compactMap(\.self)
                }
            }
        }
        return quotas.min()
    }

    /// "/a/b" gives "/a/b", "/a" and "".
    private static func ancestors(of group: String) -> [String] {
        let parts = group.split(separator: "/")
        return (0...parts.count).reversed().map { parts.prefix($0).map { "/\($0)" }.joined() }
    }

    /// `cpu.max` holds "quota period" in microseconds, or "max period".
    private static func parseMax(_ text: String) -> Double? {
        let fields = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        return fields.count == 2 && fields[1] > 0 ? fields[0] / fields[1] : nil
    }

    /// cgroup v1 keeps quota (-1 for none) and period in files of their own.
    private static func parseCFS(_ quota: String?, _ period: String?) -> Double? {
        let numbers = [quota, period].compactMap {
            $0.flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        return numbers.count == 2 && numbers[0] > 0 && numbers[1] > 0 ? numbers[0] / numbers[1] : nil
    }
}
