import CHardware
import Foundation

/// The processor this process runs on and how much of it the process may use.
public enum Processor {
    /// Instruction-set extensions that the kernels distinguish.
    public struct Features: OptionSet, Sendable, CustomStringConvertible {
        /// One bit per extension.
        public let rawValue: UInt32

        /// A set from its bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// 128-bit integer and string extensions of x86-64-v2.
        public static let sse42 = Features(rawValue: CHARDWARE_SSE42.rawValue)
        /// 256-bit floating-point vectors.
        public static let avx = Features(rawValue: CHARDWARE_AVX.rawValue)
        /// 256-bit integer vectors.
        public static let avx2 = Features(rawValue: CHARDWARE_AVX2.rawValue)
        /// Fused multiply-add on 256-bit vectors.
        public static let fma = Features(rawValue: CHARDWARE_FMA.rawValue)
        /// 512-bit floating-point vectors.
        public static let avx512f = Features(rawValue: CHARDWARE_AVX512F.rawValue)
        /// 512-bit byte and word operations.
        public static let avx512bw = Features(rawValue: CHARDWARE_AVX512BW.rawValue)
        /// 512-bit double- and quadword operations.
        public static let avx512dq = Features(rawValue: CHARDWARE_AVX512DQ.rawValue)
        /// AVX-512 operations on shorter vectors.
        public static let avx512vl = Features(rawValue: CHARDWARE_AVX512VL.rawValue)
        /// Dot products of bfloat16 pairs in 512-bit vectors.
        public static let avx512bf16 = Features(rawValue: CHARDWARE_AVX512_BF16.rawValue)
        /// Matrix tiles of bfloat16.
        public static let amxBF16 = Features(rawValue: CHARDWARE_AMX_BF16.rawValue)
        /// 128-bit vectors of 64-bit Arm.
        public static let neon = Features(rawValue: CHARDWARE_NEON.rawValue)

        private static let names: [(Features, String)] = [
            (.sse42, "SSE4.2"), (.avx, "AVX"), (.avx2, "AVX2"), (.fma, "FMA"), (.avx512f, "AVX-512F"),
            (.avx512bw, "AVX-512BW"), (.avx512dq, "AVX-512DQ"), (.avx512vl, "AVX-512VL"),
            (.avx512bf16, "AVX512_BF16"), (.amxBF16, "AMX_BF16"), (.neon, "NEON"),
        ]

        /// The names of the set's members, separated by spaces; "baseline" for the empty set.
        public var description: String {
            let members = Self.names.filter { contains($0.0) }.map(\.1)
            return members.isEmpty ? "baseline" : members.joined(separator: " ")
        }
    }

    /// Features that the processor and the operating system offer.
    public static var presentFeatures: Features { Features(rawValue: chardware_features_present()) }

    /// Features that the compiler was allowed to use in this build.
    public static var compiledFeatures: Features { Features(rawValue: chardware_features_compiled()) }

    /// Name and features: hosts give virtual processors of different kinds one name.
    public static var identity: String { "\(name), \(presentFeatures)" }

    /// The processor's name as it gives it itself, or as `/proc/cpuinfo` does; "unknown" otherwise.
    public static var name: String {
        var buffer = [CChar](repeating: 0, count: 49)
        chardware_brand(&buffer)
        let brand = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            .trimmingCharacters(in: .whitespaces)
        return brand.isEmpty ? "unknown" : brand
    }

    /// Cores that the scheduler lets this process run on (its affinity mask).
    public static var schedulableCores: Int {
        let cores = Int(chardware_schedulable_cores())
        return cores > 0 ? cores : ProcessInfo.processInfo.activeProcessorCount
    }

    /// The control group's processor quota in cores (`cpu.max` of cgroup v2, `cpu.cfs_quota_us` of v1), or `nil` where
    /// there is none.
    public static var quota: Double? { CgroupQuota.current() }

    /// Cores that this process may use at once: the affinity mask, cut by the control group's quota, at least 1.
    public static var usableCores: Int {
        let quota = quota.map { max(1, Int($0.rounded(.down))) } ?? Int.max
        return max(1, min(schedulableCores, quota))
    }
}
