import Apus
import ArgumentParser

/// Beginning with what another run has learnt.
struct TransferOptions: ParsableArguments, RecordedOptions {
    @Option(
        help: ArgumentHelp(
            "Begin with the weights of another run, and with its network unless --model is given.", valueName: "run"),
        completion: .directory)
    var initializeFrom: String?

    @Flag(help: "Put a new head for the classes of the data in the place of the network's last dense layer.")
    var replaceHead = false

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Layers or parameters that are not learnt, as 'conv*' or dense1.bias; may be given several times.",
            valueName: "pattern"))
    var freeze: [String] = []

    var recorded: [RecordedOption] {
        [
            RecordedOption("initialize-from", initializeFrom), RecordedOption("replace-head", isSet: replaceHead),
            RecordedOption("freeze", freeze.isEmpty ? nil : freeze.joined(separator: " ")),
        ]
    }

    func validate() throws {
        if replaceHead, initializeFrom == nil {
            throw ValidationError("--replace-head belongs to --initialize-from: without it, every layer is new")
        }
    }

    /// The run that weights come from, if any.
    func source() throws -> TransferSource? { try initializeFrom.map { try TransferSource($0, replaceHead) } }

    /// A network with the layers frozen that were asked for.
    func freezing(_ network: Sequential) throws -> Sequential {
        let names = network.parameterLayout.entries.map(\.name)
        for pattern in freeze where !names.contains(where: NamePattern(pattern).matches(parameter:)) {
            throw UsageError(
                "--freeze \(pattern) fits no parameter, there are: \(names.joined(separator: ", "))")
        }
        let frozen = freeze.isEmpty ? network : network.freezing(freeze.map { NamePattern($0) })
        if frozen.parameterLayout.trainableCount == 0 {
            throw UsageError("--freeze \(freeze.joined(separator: " ")) leaves nothing to learn")
        }
        return frozen
    }
}

/// A run whose weights another training begins with.
struct TransferSource {
    let run: SavedRun
    private let directory: String
    private let replacesHead: Bool

    init(_ directory: String, _ replacesHead: Bool) throws {
        run = try SavedRun(directory)
        self.directory = directory
        self.replacesHead = replacesHead
    }

    /// The run's network for some data.
    func network(for data: LabelledData) throws -> Sequential {
        let (model, classes) = (run.configuration.model, data.train.classNames.count)
        guard model.inputShape[2] == data.train.channels else {
            throw UsageError(
                "--initialize-from \(directory): its images have \(model.inputShape[2]) channels, those of "
                    + "\(data.title) \(data.train.channels)")
        }
        if replacesHead {
            guard let network = model.replacingHead(outputs: classes) else {
                throw UsageError("--replace-head: the network of \(directory) has no dense layer to replace")
            }
            return network
        }
        guard model.outputShape.count == classes else {
            throw UsageError(
                "--initialize-from \(directory): its network tells \(model.outputShape.count) classes, \(data.title) "
                    + "has \(classes): add --replace-head")
        }
        return model
    }

    /// Loads what fits and says what was loaded and what not.
    func initialize(_ trainer: Trainer, _ console: Console) throws {
        let head = replacesHead ? trainer.model.headPattern.map { [$0] } ?? [] : []
        let transfer = try trainer.initialize(from: run.run, excluding: head)
        guard !transfer.loaded.isEmpty else {
            throw UsageError("--initialize-from \(directory): none of its parameters fits this network")
        }
        let frozen = trainer.parameters.layout.entries.filter { !$0.isTrainable }.map(\.name)
        for (title, names) in [("loaded", transfer.loaded), ("frozen", frozen), ("unused", transfer.unused)]
        where !names.isEmpty {
            console.line("\(console.styled(title, .dim))    \(names.joined(separator: ", "))")
        }
        for kept in transfer.kept { console.line("\(console.styled("new", .dim))       \(kept.name): \(kept.reason)") }
    }
}
