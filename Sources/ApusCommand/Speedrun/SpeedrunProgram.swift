import Apus
import ApusBenchmarks
import Foundation

/// Something that trains from a seed in a process of its own.
protocol SpeedrunProgram {
    var identity: SpeedrunIdentity { get }
    /// Finds out whether it can be started.
    func check() throws
    func train(seed: UInt64, signals: InterruptSignals) throws -> SpeedrunResult
}

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

/// A recipe in another framework: a program of `Benchmarks/peers`.
struct PeerProgram: SpeedrunProgram {
    private struct Report: Decodable {
        struct Epoch: Decodable {
            let seconds: Double
            let testAccuracy: Double
        }
        let program: String
        let precision: String
        let testAccuracy: Double
        let ttaAccuracy: Double?
        let preparationSeconds: Double
        let trainingSeconds: Double
        let ttaSeconds: Double?
        let epochs: [Epoch]
        let losses: [Double]
    }

    private let directory: String
    private let script: String
    private let model: Sequential
    private let data: String
    let identity: SpeedrunIdentity

    /// The program that a recipe is compared with: the same recipe where peers have it, else airbench94, the best known.
    init(comparedWith recipe: Recipe, directory: String, data: String, threads: Int) throws {
        let peer: Recipe
        switch recipe.name {
        case Recipe.kerasCNN.name: peer = .kerasCNN
        case Recipe.cifar10At95.name: peer = .cifar10At95
        default: peer = .airbench94
        }
        let isKeras = peer.name == Recipe.kerasCNN.name
        self.directory = directory
        self.data = data
        model = peer.model
        script = "\(directory)/\(isKeras ? "keras_cnn" : "airbench").py"
        identity = SpeedrunIdentity(
            program: isKeras ? "Keras" : "PyTorch", recipe: peer.name,
            settings: try Checksum.of(path: script, .sha256).description, processor: Processor.identity,
            threads: threads)
    }

    private var python: String { "\(directory)/.venv/bin/python" }

    func check() throws {
        for path in [python, script] where !FileManager.default.fileExists(atPath: path) {
            throw UsageError("--peers: there is no \(path); make speedrun-peers installs what is needed")
        }
    }

    func train(seed: UInt64, signals: InterruptSignals) throws -> SpeedrunResult {
        try withScratchDirectory { scratch in
            let output = "\(scratch)/results.json"
            let arguments =
                [script, "--recipe", identity.recipe, "--data", data, "--seed", "\(seed)"]
                + ["--threads", "\(identity.threads)"]
            let seconds = try ChildProcess(python, arguments, output: output).run(signals)
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let report = try decoder.decode(Report.self, from: Data(contentsOf: URL(fileURLWithPath: output)))
            let trained = 50_000 * report.epochs.count
            return SpeedrunResult(
                identity: identity, seed: seed, version: report.program, commit: GitCommit.current(), date: .now,
                command: (["python"] + arguments).map(shellWord).joined(separator: " "), precision: report.precision,
                testAccuracy: report.testAccuracy, ttaAccuracy: report.ttaAccuracy,
                preparationSeconds: report.preparationSeconds, trainingSeconds: report.trainingSeconds,
                ttaSeconds: report.ttaSeconds, processSeconds: seconds, trainedImages: trained,
                effectiveGflops: 3 * Double(model.summary().flops) * Double(trained) / report.trainingSeconds / 1e9,
                losses: report.losses, epochAccuracies: report.epochs.map(\.testAccuracy),
                epochSeconds: report.epochs.map(\.seconds))
        }
    }
}

/// Lends a directory that is removed afterwards.
private func withScratchDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let directory = NSTemporaryDirectory() + "apus-speedrun-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    return try body(directory)
}
