import Apus
import ArgumentParser

/// `apus summary`
struct SummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary",
        abstract: "Prints a network's layers, shapes, parameters and costs.",
        discussion: """
            Flops are those of matrix products and convolutions, bytes those of a layer's output in float32; both are \
            of one sample.

            EXAMPLES
              apus summary --model keras-cnn
              apus summary --run runs/mine --json
            """)

    @Option(
        help: "The network: \(ModelLibrary.names.joined(separator: ", ")).", completion: .list(ModelLibrary.names))
    var model: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Rows and columns of an image.", valueName: "pixels"))
    var imageSize: Int?

    @Option(
        name: .customLong("run"), help: ArgumentHelp("The directory of a run, instead of a network.", valueName: "dir"),
        completion: .directory)
    var directory: String?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func validate() throws {
        if directory != nil && (model != nil || imageSize != nil) {
            throw ValidationError("--run names a network already, expected no --model and no --image-size")
        }
        if directory == nil { _ = try ModelChoice(name: model, imageSize: imageSize) }
    }

    func run() throws {
        let network =
            if let directory { try Run(directory).configuration().model } else {
                try ModelChoice(name: model, imageSize: imageSize).network
            }
        if json {
            try JSONReport(network.summary()).print()
        } else {
            Console.standard.line("\(network.summary())")
        }
    }
}
