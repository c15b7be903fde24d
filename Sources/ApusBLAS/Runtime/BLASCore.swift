import ApusParallel
import Foundation

/// A set of kernels in a DYNAMIC_ARCH build of OpenBLAS and what it asks of the processor.
package struct BLASCore: Equatable, Sendable {
    /// The name that `OPENBLAS_CORETYPE` takes and `openblas_get_corename` gives.
    package let name: String
    /// Cores of one level use vectors of the same width; a higher level is faster wherever it runs.
    package let level: Int
    let features: Processor.Features
    /// Needs that ``Processor/Features`` does not know, as `/proc/cpuinfo` spells them.
    let flags: [String]

    private init(_ name: String, level: Int, _ features: Processor.Features = [], flags: [String] = []) {
        self.name = name
        self.level = level
        self.features = features
        self.flags = flags
    }

    /// What this core needs and the processor lacks, for messages; empty for a core that runs.
    var lacking: String {
        let features = features.subtracting(Processor.presentFeatures)
        let flags = flags.filter { !Self.processorFlags.contains($0) }
        return ((features.isEmpty ? [] : [features.description]) + flags).joined(separator: " ")
    }

    /// Whether the processor has all this core's instructions.
    package var isRunnable: Bool { lacking.isEmpty }

    /// The known core of that name, in any case, as OpenBLAS compares it.
    package static func named(_ name: String) -> BLASCore? {
        known.first { $0.name.caseInsensitiveCompare(name) == .orderedSame }
    }

    /// Cores whose instructions the processor has and that the loaded library offers, weak to strong.
    static let runnable = known.filter { $0.isRunnable && isOffered($0) }

    /// The strongest runnable core; among equals the one named for the processor's maker.
    static var best: BLASCore? {
        guard let level = runnable.map(\.level).max() else { return nil }
        let strongest = runnable.filter { $0.level == level }
        return strongest.first { $0.name == "Zen" && Processor.name.contains("AMD") } ?? strongest.first
    }

    /// Libraries that hide their tables offer no way to ask; selection then finds out.
    private static func isOffered(_ core: BLASCore) -> Bool {
        let tables = known.filter { LoadedLibrary.address(of: "gotoblas_\($0.name.uppercased())") != nil }
        return tables.isEmpty || tables.contains(core)
    }

    private static let processorFlags: Set<String> = {
        let lines = KernelFile.text("/proc/cpuinfo").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("flags") || $0.hasPrefix("Features") } ?? ""
        return Set(line.split { $0 == " " || $0 == "\t" }.map(String.init))
    }()

    #if arch(x86_64)
        private static let avx512: Processor.Features = [.avx2, .fma, .avx512f, .avx512bw, .avx512dq, .avx512vl]

        /// The 64-bit cores of `driver/others/dynamic.c`, weak to strong.
        package static let known = [
            BLASCore("Prescott", level: 1, flags: ["pni"]),
            BLASCore("Opteron", level: 1, flags: ["3dnow"]),
            BLASCore("Opteron_SSE3", level: 1, flags: ["3dnow", "pni"]),
            BLASCore("Atom", level: 1, flags: ["ssse3"]),
            BLASCore("Nano", level: 1, flags: ["ssse3"]),
            BLASCore("Bobcat", level: 1, flags: ["ssse3", "sse4a"]),
            BLASCore("Core2", level: 2, flags: ["ssse3"]),
            BLASCore("Penryn", level: 2, flags: ["sse4_1"]),
            BLASCore("Dunnington", level: 2, flags: ["sse4_1"]),
            BLASCore("Barcelona", level: 2, flags: ["sse4a"]),
            BLASCore("Nehalem", level: 2, .sse42),
            BLASCore("Sandybridge", level: 3, .avx),
            BLASCore("Bulldozer", level: 3, .avx, flags: ["fma4"]),
            BLASCore("Haswell", level: 4, [.avx2, .fma]),
            BLASCore("Zen", level: 4, [.avx2, .fma]),
            BLASCore("Piledriver", level: 4, [.avx, .fma], flags: ["fma4"]),
            BLASCore("Steamroller", level: 4, [.avx, .fma], flags: ["fma4"]),
            BLASCore("Excavator", level: 4, [.avx2, .fma], flags: ["fma4"]),
            BLASCore("SkylakeX", level: 5, avx512),
            BLASCore("Cooperlake", level: 6, avx512.union(.avx512bf16)),
            BLASCore("SapphireRapids", level: 6, avx512.union([.avx512bf16, .amxBF16])),
        ]
    #else
        /// The cores of `driver/others/dynamic_arm64.c`; detection there is left to OpenBLAS.
        package static let known =
            [
                "armv8", "cortexa53", "cortexa55", "cortexa57", "cortexa72", "cortexa73", "falkor", "thunderx",
                "thunderx2t99", "thunderx3t110", "tsv110", "emag8180", "neoversen1",
            ].map { BLASCore($0, level: 1, .neon) }
            + ["neoversev1", "neoversen2"].map { BLASCore($0, level: 1, .neon, flags: ["sve"]) }
    #endif
}
