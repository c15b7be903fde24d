import Apus
import ArgumentParser
import Foundation

extension Monitor.Quantity: ExpressibleByArgument {}

/// What is made of a training besides the run itself, and when it ends early. A resumed run goes on with its own unless other
/// options are given.
struct WatchOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "End after n epochs in a row without progress and take back the weights of the best epoch.", valueName: "n")
    )
    var earlyStopping: Int?

    @Option(
        help: ArgumentHelp(
            "What the best epoch is best in (default: validation-loss where images are held out, else test-accuracy).",
            valueName: "name"))
    var monitor: Monitor.Quantity?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "By how much an epoch must be better to count as progress (default: 0).", valueName: "change"))
    var minimumChange: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Keep the last n epochs as checkpoints of their own (default: 0).", valueName: "n"))
    var keep: Int?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Also save after every n steps.", valueName: "n"))
    var saveEvery: Int?

    @Option(
        help: ArgumentHelp("Keep a table of the epochs in a file.", valueName: "file"), completion: .file())
    var csv: String?

    @Option(
        name: .customLong("tensorboard"),
        help: ArgumentHelp("Write event files for TensorBoard.", valueName: "dir"), completion: .directory)
    var tensorBoard: String?

    func validate() throws {
        try check("early-stopping", earlyStopping, isAtLeast: 0)
        try check("keep", keep, isAtLeast: 0)
        try check("save-every", saveEvery, isAtLeast: 1)
        if let minimumChange, !(minimumChange >= 0 && minimumChange.isFinite) {
            throw ValidationError("--minimum-change is \(minimumChange), expected at least 0")
        }
        if tensorBoard == "" { throw ValidationError("--tensorboard is empty, expected a directory") }
    }

    /// Finds out before any work is done whether the files can be written.
    func check() throws {
        try JSONReport.check(csv)
        guard let tensorBoard else { return }
        do {
            try FileManager.default.createDirectory(atPath: tensorBoard, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: tensorBoard, reason: "the directory cannot be made")
        }
    }
}
