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
            for value in step.inputs + step.outputs {
                contents[value.storage].extend(to: index)
                if isTraining, value.hasGradient { gradients[value.storage].extend(to: backward) }
            }
            for memory in step.memories.map(\.storage) + step.keptForBackward.map(\.storage) where isTraining {
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
        for value in alive where value.hasGradient { gradients[value.storage].extend(to: end) }

        let workspaceBytes = (steps.map(\.workspaceCount).max() ?? 0) * MemoryLayout<Scalar>.stride
        var regions = [ArenaLayout.Region(bytes: workspaceBytes, firstUse: 0, lastUse: end)]
        for (index, storage) in storages.enumerated() {
            for (life, bytes) in [(contents[index], storage.bytes), (gradients[index], storage.gradientBytes)] {
                guard let life else { continue }
                regions.append(.init(bytes: bytes, firstUse: life.lowerBound, lastUse: life.upperBound))
            }
        }
        let (offsets, bytes) = ArenaLayout.place(regions)
        var remaining = offsets.dropFirst().makeIterator()
        var layout = ArenaLayout(workspace: offsets[0], bytes: bytes)
        for index in storages.indices {
            layout.contents.append(contents[index] == nil ? nil : remaining.next())
            layout.gradients.append(gradients[index] == nil ? nil : remaining.next())
        }
        return layout
    }
}

extension ClosedRange<Int>? {
    fileprivate mutating func extend(to time: Int) {
        self = map { Swift.min($0.lowerBound, time)...Swift.max($0.upperBound, time) } ?? time...time
    }
}
