import Foundation

/// Where, when and under what circumstances a run was measured.
package struct BenchmarkContext: Equatable, Sendable {
    /// The OpenBLAS of a run and what decides over its kernels.
    package struct OpenBLAS: Codable, Equatable, Sendable {
        /// As `0.3.21`.
        package var version: String
        /// The core whose kernels ran.
        package var selectedCore: String
        /// The core that OpenBLAS selects when nothing pins it.
        package var detectedCore: String
        /// The strongest core that the processor runs.
        package var bestCore: String
        /// Variables of the environment that OpenBLAS obeys, as `name=value`.
        package var pins: [String]

        private enum CodingKeys: String, CodingKey {
            case version, pins
            case selectedCore = "selected_core"
            case detectedCore = "detected_core"
            case bestCore = "best_core"
        }

        /// An OpenBLAS from its parts.
        package init(
            version: String, selectedCore: String, detectedCore: String, bestCore: String, pins: [String]
        ) {
            self.version = version
            self.selectedCore = selectedCore
            self.detectedCore = detectedCore
            self.bestCore = bestCore
            self.pins = pins
        }
    }

    /// The version of Apus.
    package var apusVersion: String
    /// The commit it was built from, with `-dirty` where files differ from it; `nil` outside its repository.
    package var commit: String?
    /// When the run began, to the second.
    package var date: Date
    /// The processor's name.
    package var processor: String
    /// Cores that the scheduler lets the process run on.
    package var schedulableCores: Int
    /// The control group's quota in cores; `nil` where there is none.
    package var quotaCores: Double?
    /// The numbers of threads that are measured.
    package var threads: [Int]
    /// What sets the processor's clock, as `performance`; `nil` where the system does not say, as in most guests.
    package var governor: String?
    /// The kernel's release.
    package var kernel: String
    /// Vector extensions that the processor offers.
    package var presentFeatures: String
    /// Vector extensions that the build uses everywhere.
    package var compiledFeatures: String
    /// The OpenBLAS.
    package var openblas: OpenBLAS
    /// The system's load average over a minute, before the run.
    package var loadAverage: Double
    /// Whether this was a quick run.
    package var isQuick: Bool
    /// What makes the figures worth less, a sentence each.
    package var warnings: [String]

    /// A context from its parts.
    package init(
        apusVersion: String, commit: String?, date: Date, processor: String, schedulableCores: Int,
        quotaCores: Double?, threads: [Int], governor: String?, kernel: String, presentFeatures: String,
        compiledFeatures: String, openblas: OpenBLAS, loadAverage: Double, isQuick: Bool, warnings: [String]
    ) {
        self.apusVersion = apusVersion
        self.commit = commit
        self.date = date
        self.processor = processor
        self.schedulableCores = schedulableCores
        self.quotaCores = quotaCores
        self.threads = threads
        self.governor = governor
        self.kernel = kernel
        self.presentFeatures = presentFeatures
        self.compiledFeatures = compiledFeatures
        self.openblas = openblas
        self.loadAverage = loadAverage
        self.isQuick = isQuick
        self.warnings = warnings
    }

    /// Whether two runs were measured on machines that cannot be told apart: same processor, features and cores.
    package func sameMachine(as other: BenchmarkContext) -> Bool {
        processor == other.processor && presentFeatures == other.presentFeatures
            && schedulableCores == other.schedulableCores
    }
}
