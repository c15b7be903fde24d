extension PlanBuilder {
    /// Lays out the arena for the steps added so far.
    ///
    /// - Parameters:
    ///   - alive: Values that the plan's owner writes before the first step or reads after the last.
    func arenaLayout(alive: [Value]) -> ArenaLayout {
        var contents = [ClosedRange<Int>?](repeating: nil, count: storages.count)
        var gradients = contents
        let end = 2 * steps.count
        for (index, step) in steps.enumerated() {
            let backward = end - 1 - index
            let runsBackward = isTraining && step.hasOutputGradient
            for value in step.inputs + step.outputs {
                contents[value.storage].extend(to: index)
                if runsBackward, value.hasGradient { gradients[value.gradientStorage].extend(to: backward) }
            }
            for memory in step.memories.map(\.storage) + step.keptForBackward.map(\.storage) where runsBackward {
                contents[memory].extend(to: index)
                contents[memory].extend(to: backward)
            }
            for memory in step.memories { contents[memory.storage].extend(to: index) }
        }
        var lasting = alive.map(\.storage)
        switch targets {
        case .classes(let memory): lasting.append(memory.storage)
        case .tensors(let value): lasting.append(value.storage)
        case nil: break
        }
        for storage in lasting { contents[storage] = 0...end }
        for value in alive where value.hasGradient { gradients[value.gradientStorage].extend(to: end) }

        let workspaceBytes = (steps.map(\.workspaceCount).max() ?? 0) * MemoryLayout<Scalar>.stride
        var regions = [
            ArenaLayout.Region(bytes: workspaceBytes, firstUse: 0, lastUse: end),
            ArenaLayout.Region(bytes: discardedBytes, firstUse: 0, lastUse: end),
        ]
        for (index, storage) in storages.enumerated() {
            for (life, bytes) in [(contents[index], storage.bytes), (gradients[index], storage.gradientBytes)] {
                guard let life else { continue }
                regions.append(.init(bytes: bytes, firstUse: life.lowerBound, lastUse: life.upperBound))
            }
        }
        let (offsets, bytes) = ArenaLayout.place(regions)
        var remaining = offsets.dropFirst(2).makeIterator()
        var layout = ArenaLayout(workspace: offsets[0], discarded: offsets[1], bytes: bytes)
        for index in storages.indices {
            layout.contents.append(contents[index] == nil ? nil : remaining.next())
            layout.gradients.append(gradients[index] == nil ? nil : remaining.next())
        }
        return layout
    }

    /// Room for the largest gradient of a frozen parameter whose step runs backward all the same.
    private var discardedBytes: Int {
        if !isTraining { return 0 }
        let frozen = steps.filter(\.hasOutputGradient).flatMap(\.parameters).filter { !$0.isTrainable }
        return (frozen.map(\.range.count).max() ?? 0) * MemoryLayout<Scalar>.stride
    }
}

extension Step {
    /// Whether there is anything to run backward on: nothing learnt comes before a step without.
    var hasOutputGradient: Bool { outputs.contains(where: \.hasGradient) }
}

extension ClosedRange<Int>? {
    fileprivate mutating func extend(to time: Int) {
        self = map { Swift.min($0.lowerBound, time)...Swift.max($0.upperBound, time) } ?? time...time
    }
}
