/// Why OpenBLAS's kernels could not be exchanged.
public enum BLASRuntimeError: Error, Equatable, Sendable, CustomStringConvertible {
    /// OpenBLAS has no core of that name; `runnable` are those that this processor can use.
    case unknownCore(name: String, runnable: [String])
    /// The processor lacks instructions that the core uses.
    case notRunnable(core: String, lacking: String)
    /// The library is built for one processor (not DYNAMIC_ARCH) and has that core alone.
    case fixedCore(String)
    /// OpenBLAS was asked for one core and chose another; the former choice is back in place.
    case refused(core: String, chosen: String)

    /// One sentence without a full stop.
    public var description: String {
        switch self {
        case .unknownCore(let name, let runnable):
            "OpenBLAS has no core \(name), this processor runs \(runnable.joined(separator: ", "))"
        case .notRunnable(let core, let lacking):
            "the processor cannot run OpenBLAS's core \(core): it lacks \(lacking)"
        case .fixedCore(let core): "this OpenBLAS is built for the core \(core) alone"
        case .refused(let core, let chosen): "asked for the core \(core), OpenBLAS chose \(chosen)"
        }
    }
}
