import Apus
import ApusBenchmarks
import ArgumentParser

/// `apus tune`
struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Measures which kernels are fastest here and writes a table that trainings follow.",
        discussion: """
            On one thread, for each convolution of a network and each direction. The table lies in ~/.config/apus \
            (XDG_CONFIG_HOME, or the file APUS_KERNELS); a run records the kernels it began with and keeps to them.

            EXAMPLES
              apus tune
              apus tune --image-size 224 --batch-size 32
            """)

    @OptionGroup var model: ModelOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Seconds for each kernel and direction.", valueName: "s"))
    var seconds = 0.5

    @Option(
        help: ArgumentHelp("The file to write (default: the one that trainings read).", valueName: "file"),
        completion: .file())
    var output: String?

    func validate() throws {
        if !(seconds > 0 && seconds <= 3600) {
            throw ValidationError("--seconds is \(seconds), expected over 0 and at most 3600")
        }
        if output == "" { throw ValidationError("--output is empty, expected a file") }
    }

    func run() throws {
        let network = try model.choice().network
        let path = output ?? TunedKernels.defaultPath
        TunedKernels.makeDirectories(for: path)
        try JSONReport.check(path)
        let console = Console.standard
        var tuned = TunedKernels()
        if let known = try TunedKernels.read(path) {
            if known.isOfThisProcessor {
                tuned = known
            } else {
                console.note("Note: \(path) was tuned for another processor (\(known.processor)) and will be replaced")
            }
        }
        tuned.table.merge(try measure(network.convolutions, console))
        try tuned.write(to: path)
        console.line("written   \(path)")
    }

    /// The fastest kernels of some convolutions, each told of as it is found.
    private func measure(
        _ convolutions: [(layer: String, geometry: ConvolutionGeometry)], _ console: Console
    ) throws -> AlgorithmTable {
        let signals = InterruptSignals()
        let tuning = KernelTuning(seconds: seconds) { signals.stop.raised }
        var table = AlgorithmTable()
        console.line("images    \(model.batchSize) at once, on one thread")
        for (index, (layer, geometry)) in convolutions.enumerated() {
            var algorithms = ConvolutionAlgorithms(.auto, for: geometry, images: model.batchSize)
            console.line("\(layer): \(geometry.signature)")
            // Nobody asks for the gradient of the images themselves.
            for direction in ConvolutionDirection.allCases where index > 0 || direction != .inputGradient {
                let timings = tuning.time(geometry, direction, images: model.batchSize)
                if let signal = signals.received {
                    console.note("Stopped; nothing was written.")
                    throw Interruption(signal: signal)
                }
                algorithms[direction] = KernelTuning.best(of: timings, insteadOf: algorithms[direction])
                let figures = timings.map { "\($0.algorithm.rawValue) \(Self.milliseconds($0.seconds))" }
                console.line(
                    "  \(direction.rawValue): \(algorithms[direction].rawValue) (\(figures.joined(separator: ", ")))")
            }
            table[geometry] = algorithms
        }
        return table
    }

    private static func milliseconds(_ seconds: Double?) -> String {
        seconds.map { Numbers.fixed($0 * 1e3, 3) + " ms" } ?? "refused"
    }
}
