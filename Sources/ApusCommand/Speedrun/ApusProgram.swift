import Apus
import ApusBenchmarks
import Foundation

/// `apus train`.
struct ApusProgram: SpeedrunProgram {
    let recipe: Recipe
    let arguments: [String]
    let data: String
    /// Where the run of a seed lies until its result is kept, before the seed.
    private let runs: String
    let identity: SpeedrunIdentity

    /// - Parameters:
    ///   - recipe: What is trained.
    ///   - options: How it was asked for.
    ///   - unfinished: The directory of runs that are not finished, which is made where it is needed.
    init(recipe: Recipe, options: RecipeOptions, data: String, threads: Int, unfinished: String) throws {
        self.recipe = recipe
        self.data = data
        arguments =
            ["train", "--recipe", options.recipe ?? recipe.name, "--data", data, "--threads", "\(threads)"]
            + options.set.flatMap { ["--set", $0] }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var settings = recipe
        // Words and the seed change no training.
        (settings.name, settings.summary, settings.settings.seed) = ("", "", 0)
        identity = SpeedrunIdentity(
            program: "Apus", recipe: recipe.name, settings: Checksum.of(try encoder.encode(settings)).description,
            processor: Processor.identity, threads: threads)
        let place = URL(fileURLWithPath: data).standardizedFileURL.path
        let digest = Checksum.of(try encoder.encode(identity) + Data(place.utf8)).description
        runs = "\(unfinished)/\(digest.suffix(12))-seed"
    }

    func check() throws { _ = try CIFAR10.load(directory: data) }

    func train(seed: UInt64, signals: InterruptSignals) throws -> SpeedrunResult {
        try withScratchDirectory { scratch in
            let run = runs + "\(seed)"
            let goesOn = FileManager.default.fileExists(atPath: "\(run)/model.safetensors")
            // What was killed before its first checkpoint begins anew.
            if !goesOn { forget(seed: seed) }
            let arguments = arguments + ["--seed", "\(seed)"]
            let start =
                goesOn
                ? ["train", "--resume", run, "--data", data, "--threads", "\(identity.threads)"]
                : arguments + ["--output", run]
            let json = "\(scratch)/results.json"
            let seconds = try ChildProcess("/proc/self/exe", start + ["--json", json], output: nil).run(signals)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let report = try decoder.decode(
                TrainingReport.self, from: Data(contentsOf: URL(fileURLWithPath: json)))
            let trained = Int(report.epochs.reduce(0) { $0 + $1.imagesPerSecond * $1.seconds }.rounded())
            return SpeedrunResult(
                identity: identity, seed: seed, version: ApusTool.configuration.version, commit: GitCommit.current(),
                date: .now, command: (["apus"] + arguments).map(shellWord).joined(separator: " "),
                precision: report.precision, testAccuracy: report.testAccuracy ?? 0, ttaAccuracy: report.ttaAccuracy,
                preparationSeconds: report.preparationSeconds, trainingSeconds: report.trainingSeconds,
                ttaSeconds: report.ttaSeconds, processSeconds: goesOn ? nil : seconds, trainedImages: trained,
                effectiveGflops: recipe.trainingFlops(examples: trained / recipe.epochs) * Double(trained)
                    / report.trainingSeconds / 1e9,
                losses: report.epochs.map(\.trainLoss), epochAccuracies: report.epochs.compactMap(\.testAccuracy),
                epochSeconds: report.epochs.map(\.seconds))
        }
    }

    func forget(seed: UInt64) {
        let run = URL(fileURLWithPath: runs + "\(seed)")
        try? FileManager.default.removeItem(at: run)
        // Stays where there are other runs in it.
        rmdir(run.deletingLastPathComponent().path)
    }
}
