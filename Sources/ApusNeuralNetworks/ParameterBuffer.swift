import ApusBLAS
import ApusParallel
import ApusTensors

/// One contiguous, zeroed buffer in a network's ``ParameterLayout``: its weights, their gradients, or a slot of an
/// optimizer's state.
///
/// A buffer is shared by reference between the plans that use it; one thread at a time may use it.
public final class ParameterBuffer<Scalar: BLASScalar>: @unchecked Sendable {
    /// What lies where.
    public let layout: ParameterLayout
    package let pointer: UnsafeMutablePointer<Scalar>

    /// A buffer of zeros.
    public init(_ layout: ParameterLayout) {
        self.layout = layout
        let bytes = max(layout.count, 1) * MemoryLayout<Scalar>.stride
        pointer = HugePages.allocate(byteCount: bytes, alignment: ArenaLayout.alignment)
            .bindMemory(to: Scalar.self, capacity: layout.count)
        pointer.initialize(repeating: 0, count: layout.count)
    }

    deinit { pointer.deallocate() }

    /// Initializes every parameter as declared; each draws from its own stream under `seed`.
    public func initialize(seed: UInt64) {
        let key = RandomKey(seed: seed).folding(RandomStream.initialization)
        for (index, entry) in layout.entries.enumerated() {
            let values = UnsafeMutableBufferPointer(start: pointer + entry.range.lowerBound, count: entry.range.count)
            entry.initializer.fill(values, shape: entry.shape, key: key.folding(UInt64(index)))
        }
    }

    /// A copy of one parameter, or `nil` where there is none of that name.
    public func tensor(_ name: String) -> Tensor<Scalar>? {
        layout[name].map { entry in
            Tensor(shape: entry.shape, scalars: (0..<entry.range.count).map { pointer[entry.range.lowerBound + $0] })
        }
    }

    /// Takes over all elements of a buffer of the same layout.
    public func copy(from other: ParameterBuffer) {
        require(
            layout.count == other.layout.count,
            "ParameterBuffer: cannot copy \(other.layout.count) elements to \(layout.count)")
        pointer.update(from: other.pointer, count: layout.count)
    }

    /// Overwrites one parameter. Stops the program where name or shape do not fit.
    public func set(_ name: String, to tensor: Tensor<Scalar>) {
        guard let entry = layout[name] else {
            callerMistake("ParameterBuffer: no parameter \"\(name)\", only \(layout.entries.map(\.name))")
        }
        require(
            entry.shape == tensor.shape,
            "ParameterBuffer: \(name) has shape \(entry.shape), the new values have shape \(tensor.shape)")
        for (index, value) in tensor.scalars.enumerated() { pointer[entry.range.lowerBound + index] = value }
    }
}

/// The independent streams of random numbers under one seed.
package enum RandomStream {
    package static let initialization: UInt64 = 1
    package static let shuffling: UInt64 = 2
    package static let steps: UInt64 = 3
    package static let augmentation: UInt64 = 4
}
