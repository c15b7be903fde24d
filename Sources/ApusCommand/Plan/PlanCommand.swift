import Apus
import ArgumentParser

/// `apus plan`
struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what a training or an inference will do and how much memory it takes, before anything runs.",
        discussion: """
            Flops are those of matrix products, bytes what a step reads and writes once; both are of one batch. A training \
            is one by Adam. Nothing is taken of the memory that is announced.

            EXAMPLES
              apus plan --batch-size 128
              apus plan --image-size 224 --inference
              apus plan --json
            """)

    @OptionGroup var model: ModelOptions

    @Flag(help: "Inference instead of training.")
    var inference = false

    @Option(help: ArgumentHelp("Kernels of the convolutions.", valueName: "name"))
    var algorithm = AlgorithmChoice.auto

    @Option(help: ArgumentHelp("Type in which products are made.", valueName: "name"))
    var precision = Precision.float32

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Images that are held in memory, training and test (default: CIFAR-10's 60000).", valueName: "n"))
    var images: Int?

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        try check("images", images, isAtLeast: 0)
        try precision.checkOffered(by: algorithm)
    }

    func run() throws {
        let work = PlannedWork(
            model: try model.choice().network, batchSize: model.batchSize,
            purpose: inference ? .inference : .training, algorithm: algorithm,
            table: try .tuned(for: algorithm, precision),
            precision: precision, threads: threads.count)
        let report = PlanReport(work, images: images ?? 60_000)
        if json {
            try JSONReport(report).print()
        } else {
            report.show(.standard)
        }
    }
}
