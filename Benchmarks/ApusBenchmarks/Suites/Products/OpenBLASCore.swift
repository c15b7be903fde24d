import ApusBLAS

/// Keeps another core of OpenBLAS selected while a workload is measured, and puts the first one back at the end.
final class OpenBLASCore {
    /// The core that the program began with.
    private static let first = BLASRuntime.selectedCore
    private let core: String

    /// - Parameter core: The wanted core, `nil` for the one that the program began with.
    init(_ core: String?) { self.core = core ?? Self.first }

    deinit { Self.select(Self.first) }

    /// Selects the core.
    func enter() { Self.select(core) }

    private static func select(_ core: String) {
        guard BLASRuntime.isDynamic, BLASRuntime.selectedCore != core else { return }
        do {
            try BLASRuntime.select(core: core)
        } catch {
            preconditionFailure("OpenBLAS does not select \(core), which it listed: \(error)")
        }
    }

    /// What a core is here: "detected", "best", "pinned".
    static func roles(of core: String) -> [String] {
        let pin = BLASRuntime.environmentPins.first { $0.name == "OPENBLAS_CORETYPE" }
        return [
            core == BLASRuntime.detectedCore ? "detected by OpenBLAS" : nil,
            core == BLASRuntime.bestCore ? "best for this processor" : nil,
            pin.map { $0.description.lowercased().hasSuffix("=" + core.lowercased()) } == true ? "pinned" : nil,
        ].compactMap(\.self)
    }
}

/// What cores reach at least, so that a row's time can be foretold.
enum CoreSpeed {
    /// GFLOP/s in double precision on one thread; the oldest kernels multiply two numbers at once.
    static func pessimisticGflops(_ core: String) -> Double {
        ["prescott", "core2", "penryn", "dunnington", "nehalem", "atom"].contains(core.lowercased()) ? 4 : 10
    }
}
