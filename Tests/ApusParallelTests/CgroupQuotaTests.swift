import ApusParallel
import Testing

struct CgroupQuotaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let membership: String
        let files: [String: String]
        let quota: Double?
    }

    private static let cases = [
        Case(
            testDescription: "version 2", membership: "0::/\n", files: ["/sys/fs/cgroup/cpu.max": "150000 100000\n"],
            quota: 1.5),
        Case(
            testDescription: "version 2 without a limit", membership: "0::/\n",
            files: ["/sys/fs/cgroup/cpu.max": "max 100000\n"], quota: nil),
        Case(
            testDescription: "version 2, the tightest on the way up", membership: "0::/a/b\n",
            files: [
                "/sys/fs/cgroup/a/b/cpu.max": "800000 100000\n", "/sys/fs/cgroup/a/cpu.max": "200000 100000\n",
                "/sys/fs/cgroup/cpu.max": "max 100000\n",
            ], quota: 2),
        Case(
            testDescription: "version 2, a limit of the parent alone", membership: "0::/a/b\n",
            files: ["/sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "/sys/fs/cgroup/a/cpu.max": "50000 100000\n"],
            quota: 0.5),
        Case(
            testDescription: "version 1", membership: "5:memory:/x\n4:cpu,cpuacct:/x\n",
            files: [
                "/sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "300000\n",
                "/sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000\n",
            ], quota: 3),
        Case(
            testDescription: "version 1, group named from outside", membership: "4:cpu:/docker/0123\n",
            files: [
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "25000\n",
            ], quota: 2),
        Case(
            testDescription: "version 1 without a limit", membership: "4:cpu,cpuacct:/\n",
            files: [
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            ], quota: nil),
        Case(
            testDescription: "both versions", membership: "4:cpu:/\n0::/unit\n",
            files: [
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "400000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
                "/sys/fs/cgroup/unit/cpu.max": "700000 100000\n",
            ], quota: 4),
        Case(
            testDescription: "another controller", membership: "3:cpuset:/\n",
            files: [
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n", "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            ], quota: nil),
        Case(
            testDescription: "colons in a group's name", membership: "0::/a:b\n",
            files: ["/sys/fs/cgroup/a:b/cpu.max": "100000 100000\n"], quota: 1),
        Case(
            testDescription: "files that make no sense", membership: "0::/\n4:cpu:/\nnonsense\n",
            files: [
                "/sys/fs/cgroup/cpu.max": "many\n", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n",
                "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "0\n",
            ], quota: nil),
        Case(testDescription: "no groups", membership: "", files: [:], quota: nil),
    ]

    @Test(arguments: cases)
    func theTightestLimitCounts(_ example: Case) {
        #expect(CgroupQuota.quota(membership: example.membership) { example.files[$0] } == example.quota)
    }
}
