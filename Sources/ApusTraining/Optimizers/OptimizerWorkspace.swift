import ApusParallel

/// What an optimizer keeps from step to step besides its state: memory to work in and, for one that is made of others, the
/// parts of the update that it hands to them. Made in the first step, so that later ones allocate nothing.
final class OptimizerWorkspace: @unchecked Sendable {
    /// The parts of the update, once they are cut.
    var parts: [OptimizerUpdate]?
    private var memory: UnsafeMutableBufferPointer<Float>?

    deinit { memory?.deallocate() }

    /// Memory for at least `count` elements, whose contents do not last.
    func scratch(_ count: Int) -> UnsafeMutablePointer<Float> {
        if let memory, memory.count >= count, let start = memory.baseAddress { return start }
        memory?.deallocate()
        let start = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64
        )
        .bindMemory(to: Float.self, capacity: max(count, 1))
        start.initialize(repeating: 0, count: max(count, 1))
        memory = UnsafeMutableBufferPointer(start: start, count: max(count, 1))
        return start
    }
}
