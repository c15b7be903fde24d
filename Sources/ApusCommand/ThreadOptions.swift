import Apus
import ArgumentParser

/// `--threads` of every command that computes.
struct ThreadOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads that work at once (default: the cores this process may use).", valueName: "n"))
    var threads: Int?

    /// Threads that work at once.
    var count: Int { threads ?? Processor.usableCores }

    /// A pool of so many.
    var pool: WorkerPool { WorkerPool(threads: count) }

    func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads is \(threads), expected 1 to 1024")
        }
    }
}
