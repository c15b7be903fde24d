import ApusBLAS
import ApusParallel
import Foundation

extension BenchmarkContext {
    /// Looks around, for about 0.2 s; call it once, before anything is timed or OpenBLAS's core is exchanged.
    ///
    /// - Parameters:
    ///   - apusVersion: The version of Apus.
    ///   - threads: The numbers of threads that are to be measured.
    ///   - quick: Whether the run is a quick one.
    ///   - commit: The commit of the build; by default that of the current directory, if it is Apus's.
    package static func capture(
        apusVersion: String, threads: [Int], quick: Bool, commit: String? = GitCommit.current()
    ) -> BenchmarkContext {
        let openblas = OpenBLAS(
            version: BLASRuntime.version, selectedCore: BLASRuntime.selectedCore,
            detectedCore: BLASRuntime.detectedCore, bestCore: BLASRuntime.bestCore,
            pins: BLASRuntime.environmentPins.map(\.description))
        let (present, compiled) = (Processor.presentFeatures, Processor.compiledFeatures)
        let load = firstNumber(text("/proc/loadavg")) ?? 0
        let governor = text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
        let circumstances = Circumstances(
            loadAverage: load, others: ProcessorTime.others(during: 0.2), cores: Processor.schedulableCores,
            quota: Processor.quota, threads: threads, presentFeatures: present, compiledFeatures: compiled,
            openblas: openblas, governor: governor)
        return BenchmarkContext(
            apusVersion: apusVersion, commit: commit,
            date: Date(timeIntervalSince1970: Date.now.timeIntervalSince1970.rounded(.down)),
            processor: Processor.name, schedulableCores: Processor.schedulableCores, quotaCores: Processor.quota,
            threads: threads, governor: governor, kernel: text("/proc/sys/kernel/osrelease") ?? "unknown",
            presentFeatures: present.description, compiledFeatures: compiled.description, openblas: openblas,
            loadAverage: load, isQuick: quick, warnings: circumstances.warnings + BLASRuntime.warnings)
    }

    private static func text(_ path: String) -> String? {
        let text = try? String(contentsOfFile: path, encoding: .utf8)
        return text?.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func firstNumber(_ text: String?) -> Double? {
        text?.split(separator: " ").first.flatMap { Double($0) }
    }
}
