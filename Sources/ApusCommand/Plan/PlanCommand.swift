import Apus
import ArgumentParser

/// `apus plan`
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what a training or an inference will do and how much memory it takes, before anything runs.",
        discussion: """
            EXAMPLES
              apus plan --batch-size 128
              apus plan --image-size 224 --inference
              apus plan --json
            """)

    @OptionGroup var model: ModelOptions

    @Flag(help: "Inference instead of training.")
    var inference = false

    @Option(help: ArgumentHelp("Kernels of the convolutions (default: auto).", valueName: "name"))
    var algorithm = AlgorithmChoice.auto

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        let network = try model.network()
        let report = PlanReport(
            network, batchSize: model.batchSize, purpose: inference ? .inference : .training, algorithm: algorithm,
            table: try TunedKernels.ofThisMachine(), threads: threads.count)
        if json {
            try JSONReport(report).print()
        } else {
            report.show(.standard)
        }
    }
}
