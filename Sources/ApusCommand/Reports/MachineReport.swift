import Apus
import Foundation

/// What `apus doctor` finds.
struct MachineReport: Encodable {
    struct OpenBLAS: Encodable {
        let version: String
        let selectedCore: String
        let detectedCore: String
        let bestCore: String
        let environment: [String]
        let pin: Pin?
    }

    /// What the environment's choice of core costs.
    struct Pin: Encodable {
        let setting: String
        let core: String
        let gflops: Double
        let bestCore: String
        let bestGflops: Double
        let lostFraction: Double
    }

    struct Library: Encodable {
        let role: String
        let path: String
    }

    /// Measured speed of `sgemm`.
    struct Speed: Encodable {
        let threads: Int
        let gflops: Double
    }

    let processor: String
    let schedulableCores: Int
    let quotaCores: Double?
    let threads: Int
    let presentFeatures: String
    let compiledFeatures: String
    let openblas: OpenBLAS
    let libraries: [Library]
    let sgemm: [Speed]
    let advice: [Advice]

    /// Looks at the machine and measures for about a second.
    init(threads: Int) {
        processor = Processor.name
        schedulableCores = Processor.schedulableCores
        quotaCores = Processor.quota
        self.threads = threads
        presentFeatures = Processor.presentFeatures.description
        compiledFeatures = Processor.compiledFeatures.description
        let cost = BLASRuntime.pinCost()
        openblas = OpenBLAS(
            version: BLASRuntime.version, selectedCore: BLASRuntime.selectedCore,
            detectedCore: BLASRuntime.detectedCore, bestCore: BLASRuntime.bestCore,
            environment: BLASRuntime.environmentPins.map(\.description),
            pin: cost.map {
                Pin(
                    setting: $0.pin.description, core: $0.pinnedCore, gflops: $0.pinnedGFLOPS, bestCore: $0.bestCore,
                    bestGflops: $0.bestGFLOPS, lostFraction: $0.lostFraction)
            })
        libraries = BLASRuntime.libraries.map { Library(role: $0.role, path: $0.path) }
        sgemm = Set([1, threads]).sorted().map { Speed(threads: $0, gflops: ProductSpeed.gflops(threads: $0)) }
        advice = Advice.all(threads: threads, pinCost: cost)
    }

    // MARK: Text

    func show(_ console: Console) {
        let quota = quotaCores.map { ", cgroup quota \(Numbers.fixed($0, 2))" } ?? ", no cgroup quota"
        let speeds = sgemm.map {
            "\(Numbers.fixed($0.gflops, 0)) GFLOP/s on \($0.threads) \($0.threads == 1 ? "thread" : "threads")"
        }
        let known =
            openblas.detectedCore == openblas.selectedCore ? "" : ", OpenBLAS by itself: \(openblas.detectedCore)"
        var rows = [
            ("processor", processor),
            ("cores", "\(schedulableCores) schedulable\(quota); \(threads) threads by default"),
            ("features", presentFeatures),
            ("build for", compiledFeatures),
            ("OpenBLAS", "\(openblas.version), core \(openblas.selectedCore)\(known)"),
            ("pins", openblas.environment.isEmpty ? "none" : openblas.environment.joined(separator: ", ")),
        ]
        rows += libraries.map { ($0.role == "OpenBLAS" ? "cblas" : $0.role, $0.path) }
        rows.append(("sgemm", speeds.joined(separator: ", ")))
        let width = rows.map(\.0.count).max() ?? 0
        for (name, text) in rows {
            let space = String(repeating: " ", count: width - name.count + 2)
            console.line(console.styled(name, .dim) + space + text)
        }
        console.line()
        if advice.isEmpty { console.line(console.styled("All is well.", .green)) }
        for item in advice {
            console.line("\(console.styled("!", .yellow)) \(item.problem)")
            console.line("  \(item.remedy)")
        }
    }
}
