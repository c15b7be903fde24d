import ApusNeuralNetworks
import ApusParallel

/// Optimizers for groups of parameters that are chosen by name, and one for the rest.
///
/// ```swift
/// ParameterGroups(
///     [
///         .init("conv*.kernel", Muon(learningRate: 0.24, momentum: 0.6)),
///         .init("whitening.bias", SGD(learningRate: 0.05), schedule: PiecewiseLinearSchedule.toZero(over: .epochs(3))),
///     ], rest: SGD(learningRate: 0.05, momentum: 0.85, nesterov: true))
/// ```
public struct ParameterGroups: Optimizer {
    /// Some parameters and what moves them.
    public struct Group: Sendable {
        /// Names of parameters (`conv1.kernel`) or of layers (`conv1`) that belong to the group.
        public var pattern: NamePattern
        /// What moves them, with its own rate and decay.
        public var optimizer: any Optimizer
        /// How their rate changes; as that of the training where it is `nil`.
        public var schedule: (any Schedule)?

        /// A group.
        public init(_ pattern: NamePattern, _ optimizer: any Optimizer, schedule: (any Schedule)? = nil) {
            self.pattern = pattern
            self.optimizer = optimizer
            self.schedule = schedule
        }
    }

    /// The groups; a parameter belongs to the first whose pattern fits.
    public private(set) var groups: [Group]
    /// What moves all other parameters.
    public private(set) var rest: any Optimizer

    /// Groups and an optimizer for the rest.
    public init(_ groups: [Group], rest: any Optimizer) {
        self.groups = groups
        self.rest = rest
    }

    /// The step length of the rest; those of the groups keep their ratios to it.
    public var learningRate: Double {
        get { rest.learningRate }
        set {
            let ratio = rest.learningRate > 0 ? newValue / rest.learningRate : 1
            for index in groups.indices { groups[index].optimizer.learningRate *= ratio }
            rest.learningRate = newValue
        }
    }

    /// What each optimizer says of its parameters.
    public func resting(
        among parameters: [String], from position: SchedulePosition, rateIsZero: Bool
    ) -> [String] {
        func isZero(_ group: Int) -> Bool {
            groups.indices.contains(group) ? groups[group].schedule?.isZero(from: position) ?? rateIsZero : rateIsZero
        }
        if !(0...groups.count).contains(where: isZero) { return [] }
        let owners = parameters.map { name in groups.firstIndex { $0.pattern.matches(parameter: name) } ?? groups.count
        }
        return optimizers.enumerated().flatMap { index, optimizer in
            let own = zip(parameters, owners).filter { $0.1 == index }.map(\.0)
            return optimizer.resting(among: own, from: position, rateIsZero: isZero(index))
        }
    }

    private var optimizers: [any Optimizer] { groups.map(\.optimizer) + [rest] }

    /// Names of the state buffers. Since no parameter is in two groups, buffers of one name serve all optimizers that have it.
    public var stateNames: [String] {
        optimizers.flatMap(\.stateNames).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    /// Lets each optimizer move its parameters.
    public func update(_ update: OptimizerUpdate) {
        update.forEachPart {
            cut(update)
        } _: { index, part in
            if index == groups.count {
                rest.update(part)
            } else {
                if let schedule = groups[index].schedule { part.rateFactor = schedule.factor(at: part.position) }
                groups[index].optimizer.update(part)
            }
        }
    }

    /// The part of an update that belongs to each optimizer.
    private func cut(_ update: OptimizerUpdate) -> [OptimizerUpdate] {
        var entries = [[ParameterLayout.Entry]](repeating: [], count: groups.count + 1)
        for entry in update.entries {
            let group = groups.firstIndex { $0.pattern.matches(parameter: entry.name) }
            entries[group ?? groups.count].append(entry)
        }
        let names = stateNames
        return zip(optimizers, entries).map { optimizer, entries in
            let state = optimizer.stateNames.compactMap { names.firstIndex(of: $0) }
            return update.restricted(to: entries, state: state, rateFactor: update.rateFactor)
        }
    }

    private enum CodingKeys: String, CodingKey { case groups, rest }

    /// Writes all optimizers.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(groups, forKey: .groups)
        try TrainingCoding.encode(rest, to: container.superEncoder(forKey: .rest))
    }

    /// Reads all optimizers.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        groups = try container.decode([Group].self, forKey: .groups)
        rest = try TrainingCoding.optimizer(from: container.superDecoder(forKey: .rest))
    }
}

extension ParameterGroups.Group: Codable {
    private enum CodingKeys: String, CodingKey { case pattern, optimizer, schedule }

    /// Writes a group.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pattern, forKey: .pattern)
        try TrainingCoding.encode(optimizer, to: container.superEncoder(forKey: .optimizer))
        if let schedule { try TrainingCoding.encode(schedule, to: container.superEncoder(forKey: .schedule)) }
    }

    /// Reads a group.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pattern = try container.decode(NamePattern.self, forKey: .pattern)
        optimizer = try TrainingCoding.optimizer(from: container.superDecoder(forKey: .optimizer))
        schedule =
            container.contains(.schedule)
            ? try TrainingCoding.schedule(from: container.superDecoder(forKey: .schedule)) : nil
    }
}
