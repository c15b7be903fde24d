import Apus
import ApusBenchmarks
import ArgumentParser
import Foundation

/// `apus speedrun`
struct SpeedrunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speedrun",
        abstract: "Trains by a recipe from several seeds and tells accuracy and seconds, with mean and deviation.",
        discussion: """
            Each training is a process of its own. When it has ended, a line of JSON is appended to the results; an \
            experiment that was interrupted goes on with the seeds that are missing for this recipe, processor and number \
            of threads, and in a seed of Apus's with the step after which it was saved: of its seconds those of the steps count, \
            once. With --peers, another framework trains from the same seeds, taking turns: Keras keras-cnn, PyTorch \
            cifar10-95, and for all other recipes PyTorch airbench94.

            EXAMPLES
              apus speedrun --data data/cifar-10-batches-bin
              apus speedrun --recipe cifar10-90 --seeds 1,2,3
              apus speedrun --peers Benchmarks/peers --data data/cifar-10-batches-bin
            """)

    @OptionGroup var recipe: RecipeOptions

    @Option(
        help: ArgumentHelp("Directory of CIFAR-10's binary version.", valueName: "dir"), completion: .directory)
    var data = "data/\(CIFAR10.directoryName)"

    @Option(help: ArgumentHelp("The seeds, separated by commas.", valueName: "list"))
    var seeds = CommaList<UInt64>([1, 2, 3, 4, 5])

    @Option(
        help: ArgumentHelp(
            "Where results are kept (default: Benchmarks/results/<recipe>.jsonl, a peer's with its own recipe).",
            valueName: "file"),
        completion: .file())
    var results: String?

    @Option(
        help: ArgumentHelp("Directory of the peers, one of which takes turns.", valueName: "dir"),
        completion: .directory)
    var peers: String?

    @OptionGroup var threads: ThreadOptions

    func run() async throws {
        let recipe = try recipe.chosen() ?? .cifar10At94
        let unfinished = try results(of: recipe.name) + ".unfinished"
        var programs: [any SpeedrunProgram] = [
            try ApusProgram(
                recipe: recipe, options: self.recipe, data: data, threads: threads.count, unfinished: unfinished)
        ]
        if let peers {
            programs.append(
                try PeerProgram(comparedWith: recipe, directory: peers, data: data, threads: threads.count))
        }
        for program in programs { try program.check() }
        let paths = try programs.map { try results(of: $0.identity.recipe) }
        var logs: [String: SpeedrunLog] = [:]
        for path in paths {
            try JSONReport.check(path)
            logs[path] = try SpeedrunLog(path: path)
        }
        let signals = InterruptSignals()
        var groups = programs.map { _ in [SpeedrunResult]() }
        for seed in seeds.elements {
            for (index, program) in programs.enumerated() {
                let path = paths[index]
                if let result = logs[path]?.result(of: program.identity, seed: seed) {
                    groups[index].append(result)
                    continue
                }
                Console.standard.line("\(program.identity.program) \(program.identity.recipe), seed \(seed)")
                let result = try program.train(seed: seed, signals: signals)
                try logs[path]?.append(result)
                program.forget(seed: seed)
                groups[index].append(result)
                Console.standard.line("  " + result.sentence)
            }
        }
        SpeedrunReport(groups).show(.standard)
    }

    /// Where results of a recipe are kept: what was asked for, or a file in a directory that is made where it is missing.
    private func results(of recipe: String) throws -> String {
        if let results { return results }
        let directory = "Benchmarks/results"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return "\(directory)/\(recipe).jsonl"
    }
}
