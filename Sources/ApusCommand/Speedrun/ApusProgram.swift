import Apus
import ApusBenchmarks
import Foundation

/// `apus train`.
struct ApusProgram: SpeedrunProgram {
    let recipe: Recipe
    let arguments: [String]
    let data: String
    let identity: SpeedrunIdentity

    /// - Parameters:
    ///   - recipe: What is trained.
    ///   - options: How it was asked for.
    init(recipe: Recipe, options: RecipeOptions, data: String, threads: Int) throws {
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
    }

    func check() throws { _ = try CIFAR10.load(directory: data) }

    func train(seed: UInt64, signals: InterruptSignals) throws -> SpeedrunResult {
        try withScratchDirectory { scratch in
            let arguments = arguments + ["--seed", "\(seed)"]
            let files = ["--output", "\(scratch)/run", "--json", "\(scratch)/results.json"]
            let seconds = try ChildProcess("/proc/self/exe", arguments + files, output: nil).run(signals)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let report = try decoder.decode(
                TrainingReport.self, from: Data(contentsOf: URL(fileURLWithPath: "\(scratch)/results.json")))
            let trained = Int(report.epochs.reduce(0) { $0 + $1.imagesPerSecond * $1.seconds }.rounded())
            return SpeedrunResult(
                identity: identity, seed: seed, version: ApusTool.configuration.version, commit: GitCommit.current(),
                date: .now, command: (["apus"] + arguments).map(shellWord).joined(separator: " "),
                precision: report.precision, testAccuracy: report.testAccuracy ?? 0, ttaAccuracy: report.ttaAccuracy,
                preparationSeconds: report.preparationSeconds, trainingSeconds: report.trainingSeconds,
                ttaSeconds: report.ttaSeconds, processSeconds: seconds, trainedImages: trained,
                effectiveGflops: 3 * Double(recipe.model.summary().flops) * Double(trained) / report.trainingSeconds
                    / 1e9,
                losses: report.epochs.map(\.trainLoss), epochAccuracies: report.epochs.compactMap(\.testAccuracy),
                epochSeconds: report.epochs.map(\.seconds))
        }
    }
}
