import ApusParallel
internal import COpenBLAS
import Synchronization

/// The OpenBLAS in this process: its version, its kernels (the *core*), its threads, and what the environment does to them.
///
/// OpenBLAS picks a core by the processor's model number, and takes a processor younger than itself for an old one: 0.3.21
/// runs SSE3 kernels on a Xeon with AVX-512. ``prepare()`` therefore exchanges a core that is weaker than the processor's
/// features allow. `OPENBLAS_CORETYPE` in the environment is honoured, `APUS_BLAS_CORE=auto` overrides it and
/// `APUS_BLAS_CORE=<core>` chooses; a core that does not exist or that the processor cannot run is never used, and
/// ``warnings`` says so. OpenBLAS is held to one thread: those who call it split the work.
public enum BLASRuntime {
    private struct Preparation {
        let detectedCore: String
        let warnings: [String]
    }

    /// Guards the choice of core and OpenBLAS's static buffers.
    private static let lock = Locked<Void>(())

    private static let preparation: Preparation = lock.withLock { _ in
        openblas_set_num_threads(1)
        let choice = DynamicArchitecture.isAvailable ? chooseCore() : keepCore()
        return Preparation(detectedCore: choice.detectedCore, warnings: choice.warnings + threadWarnings)
    }

    private static let isPrepared = Atomic<Bool>(false)

    /// Makes OpenBLAS ready: one thread, the right core. Works once, costs a load later; every operation calls it.
    ///
    /// The first call must not coincide with use of OpenBLAS around this module: it may exchange the kernels.
    @inline(__always)
    public static func prepare() {
        if isPrepared.load(ordering: .acquiring) { return }
        _ = preparation
        isPrepared.store(true, ordering: .releasing)
    }

    /// OpenBLAS's version, as `0.3.21`; "unknown" where the library does not say.
    public static var version: String {
        let words = configuration.split(separator: " ")
        return words.count > 1 && words[0] == "OpenBLAS" ? String(words[1]) : "unknown"
    }

    /// OpenBLAS's own line about how it was built, the selected core and its limit on threads included.
    public static var configuration: String {
        prepare()
        return lock.withLock { _ in openblas_get_config().map { String(cString: $0) } ?? "unknown" }
    }

    /// Whether the library holds kernels for several processors (DYNAMIC_ARCH), so that ``select(core:)`` can work.
    public static var isDynamic: Bool { DynamicArchitecture.isAvailable }

    /// Threads that OpenBLAS itself uses in one operation: 1.
    public static var threads: Int {
        prepare()
        return Int(openblas_get_num_threads())
    }

    /// The core whose kernels run now.
    public static var selectedCore: String {
        prepare()
        return lock.withLock { _ in DynamicArchitecture.selectedCore }
    }

    /// The core that OpenBLAS selects by itself when nothing pins it.
    public static var detectedCore: String { preparation.detectedCore }

    /// The strongest core that the processor's features allow; the detected one where that is as strong.
    public static var bestCore: String { automaticCore(detected: detectedCore) }

    /// The cores that this processor and this library run, weak to strong.
    public static var runnableCores: [String] { isDynamic ? BLASCore.runnable.map(\.name) : [selectedCore] }

    /// Variables in the environment that OpenBLAS or the choice of its core obeys.
    public static var environmentPins: [EnvironmentPin] { EnvironmentPin.all }

    /// What ``prepare()`` found wrong with the environment, a sentence each.
    public static var warnings: [String] { preparation.warnings }

    /// The files behind cblas, LAPACKE, LAPACK and BLAS, as the dynamic linker resolved them.
    public static var libraries: [LoadedLibrary] { LoadedLibrary.all }

    /// Exchanges OpenBLAS's kernels for those of `core`; the environment is the same afterwards.
    ///
    /// Safe only while no other thread is inside OpenBLAS (or LAPACK, or reads the environment): for a moment there are no
    /// kernels. Results may differ in their last bits from one core to another.
    ///
    /// - Parameter core: One of ``runnableCores``, in any case.
    /// - Throws: ``BLASRuntimeError``; the core is then what it was.
    public static func select(core: String) throws(BLASRuntimeError) {
        prepare()
        guard isDynamic else { throw .fixedCore(selectedCore) }
        guard let wanted = BLASCore.named(core) else {
            throw .unknownCore(name: core, runnable: runnableCores)
        }
        guard wanted.isRunnable else { throw .notRunnable(core: wanted.name, lacking: wanted.lacking) }
        let chosen = lock.withLock { _ in
            let before = DynamicArchitecture.selectedCore
            let chosen = DynamicArchitecture.reselect(core: wanted.name)
            if chosen != wanted.name { DynamicArchitecture.reselect(core: before) }
            return chosen
        }
        if chosen != wanted.name { throw .refused(core: wanted.name, chosen: chosen) }
    }

    /// An OpenMP build takes the number of threads from each calling thread anew (`num_cpu_avail` in
    /// `common_thread.h`), so that setting it once does not reach the workers of a pool.
    private static var threadWarnings: [String] {
        let isOpenMP = openblas_get_parallel() == 2
        guard isOpenMP, EnvironmentPin.value(of: "OMP_NUM_THREADS") != "1" else { return [] }
        return [
            """
            this OpenBLAS is built with OpenMP and starts threads of its own: set OMP_NUM_THREADS=1 or install a build \
            with POSIX threads (libopenblas0-pthread)
            """
        ]
    }

    private static func automaticCore(detected: String) -> String {
        CoreChoice(
            override: "auto", pin: nil, pinned: detected, detected: detected, best: BLASCore.best?.name ?? detected
        ).core
    }

    private static func chooseCore() -> Preparation {
        let pin = EnvironmentPin.value(of: DynamicArchitecture.variable)
        let detected = pin == nil ? DynamicArchitecture.selectedCore : DynamicArchitecture.reselect(core: nil)
        let pinned = pin == nil ? detected : DynamicArchitecture.reselect()
        let choice = CoreChoice(
            override: EnvironmentPin.value(of: "APUS_BLAS_CORE"), pin: pin, pinned: pinned, detected: detected,
            best: BLASCore.best?.name ?? detected)
        var warnings = choice.warnings
        if DynamicArchitecture.selectedCore != choice.core {
            let chosen = DynamicArchitecture.reselect(core: choice.core)
            if chosen != choice.core {
                DynamicArchitecture.reselect(core: nil)
                warnings.append("OpenBLAS has no core \(choice.core) and keeps \(DynamicArchitecture.selectedCore)")
            }
        }
        return Preparation(detectedCore: detected, warnings: warnings)
    }

    private static func keepCore() -> Preparation {
        let core = DynamicArchitecture.selectedCore
        let ignored = EnvironmentPin.all.filter { ["APUS_BLAS_CORE", DynamicArchitecture.variable].contains($0.name) }
        return Preparation(
            detectedCore: core, warnings: ignored.map { "\($0) is ignored: this OpenBLAS has the core \(core) alone" })
    }
}
