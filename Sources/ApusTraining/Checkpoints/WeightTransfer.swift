import ApusBLAS
import ApusNeuralNetworks
import ApusTensors

/// What a network took over from another one's checkpoint, parameter by parameter.
public struct WeightTransfer: Sendable, Equatable {
    /// Parameters that were loaded, in the order of the network.
    public internal(set) var loaded: [String] = []
    /// Parameters of the network that stay as they were drawn, and why.
    public internal(set) var kept: [Kept] = []
    /// Parameters of the checkpoint that the network has no use for.
    public internal(set) var unused: [String] = []

    /// A parameter that was not loaded.
    public struct Kept: Sendable, Equatable {
        /// The parameter.
        public let name: String
        /// Why it was not loaded, as "the checkpoint has shape [128, 10]".
        public let reason: String
    }
}

extension Trainer {
    /// Begins with another run's weights: every parameter that the run's checkpoint holds under the same name in the same shape
    /// is loaded, all others stay as they were drawn. Where the run kept an average of its weights, that is taken.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - excluded: Parameters that shall stay as they are, as the head: ``Sequential/headPattern``.
    /// - Throws: ``FileError`` where the run has no checkpoint that can be read.
    @discardableResult
    public func initialize(from run: Run, excluding excluded: [NamePattern] = []) throws -> WeightTransfer {
        let file = try Checkpoint.open(run.checkpointPath)
        let prefix =
            file.entries.contains { $0.name.hasPrefix(Checkpoint.averagePrefix) } ? Checkpoint.averagePrefix : ""
        let shapes = Dictionary(
            file.entries.filter { $0.name.hasPrefix(prefix) && !$0.name.hasPrefix(Checkpoint.statePrefix) }
                .map { (String($0.name.dropFirst(prefix.count)), $0.shape) }, uniquingKeysWith: { first, _ in first })
        var transfer = WeightTransfer()
        for entry in parameters.layout.entries {
            if excluded.contains(where: { $0.matches(parameter: entry.name) }) {
                transfer.kept.append(.init(name: entry.name, reason: "it is part of the new head"))
            } else if shapes[entry.name] == entry.shape {
                try file.read(prefix + entry.name, shape: entry.shape, into: parameters.elements(of: entry))
                transfer.loaded.append(entry.name)
            } else {
                let reason = shapes[entry.name].map { "the checkpoint has shape \($0), the network \(entry.shape)" }
                transfer.kept.append(.init(name: entry.name, reason: reason ?? "the checkpoint has none of that name"))
            }
        }
        let names = Set(transfer.loaded)
        transfer.unused = shapes.keys.filter { !names.contains($0) }.sorted()
        averagedParameters?.copy(from: parameters)
        return transfer
    }
}

extension ParameterBuffer<Float> {
    /// The memory of one parameter.
    func elements(of entry: ParameterLayout.Entry) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: pointer + entry.range.lowerBound, count: entry.range.count)
    }
}
