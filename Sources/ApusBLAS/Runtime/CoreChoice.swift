/// Which core a process should use, decided from its environment and what OpenBLAS detected; touches nothing.
package struct CoreChoice: Equatable, Sendable {
    /// The core to use.
    package let core: String
    /// What was wrong with the environment, in sentences.
    package let warnings: [String]

    /// - Parameters:
    ///   - override: The value of `APUS_BLAS_CORE`: a core, or `auto` to leave a pin out of account.
    ///   - pin: The value of `OPENBLAS_CORETYPE`.
    ///   - pinned: The core that OpenBLAS made of that pin.
    ///   - detected: The core that OpenBLAS selects without a pin.
    ///   - best: The strongest core that the processor runs.
    package init(override: String?, pin: String?, pinned: String, detected: String, best: String) {
        var warnings: [String] = []
        let automatic = Self.stronger(of: detected, best)
        core = {
            switch override {
            case nil, "": break
            case let name? where name.lowercased() == "auto": return automatic
            case let name?:
                if let core = Self.usable(name, "APUS_BLAS_CORE=\(name)", &warnings) { return core }
            }
            guard let pin, !pin.isEmpty else { return automatic }
            return Self.usable(pin, "OPENBLAS_CORETYPE=\(pin)", &warnings) == nil ? automatic : pinned
        }()
        self.warnings = warnings
    }

    /// OpenBLAS takes a processor younger than itself for an old one; a core unknown to us is younger than this table.
    private static func stronger(of detected: String, _ best: String) -> String {
        guard let known = BLASCore.named(detected), let strongest = BLASCore.named(best) else { return detected }
        return known.isRunnable && known.level >= strongest.level ? known.name : strongest.name
    }

    private static func usable(_ name: String, _ setting: String, _ warnings: inout [String]) -> String? {
        guard let core = BLASCore.named(name) else {
            let names = BLASCore.runnable.map(\.name).joined(separator: ", ")
            warnings.append("\(setting) is ignored: no core of that name, this processor runs \(names)")
            return nil
        }
        if core.isRunnable { return core.name }
        warnings.append("\(setting) is ignored: \(core.name) needs \(core.lacking), which this processor lacks")
        return nil
    }
}
