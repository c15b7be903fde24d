import Apus
import ApusBenchmarks
import Foundation

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

    /// Nothing is left of it.
    func forget(seed: UInt64) {}

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
