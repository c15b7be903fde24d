import ApusBLAS
import ApusTensors

/// Memory with random contents for a kernel to work on.
final class RandomBuffer<Scalar: BLASScalar> {
    let pointer: UnsafeMutablePointer<Scalar>
    let count: Int

    /// Enough that no cache line is like another in any cache, few enough to be drawn quickly.
    private static var drawn: Int { 1 << 20 }

    /// Numbers between −1 and 1, none of them 0, that repeat after some millions of bytes.
    init(_ count: Int, seed: Int) {
        self.count = count
        pointer = .allocate(capacity: max(1, count))
        let first = min(count, Self.drawn)
        RandomKey(seed: UInt64(seed)).fillUniform(pointer, count: first)
        for index in 0..<first {
            let value = 2 * pointer[index] - 1
            pointer[index] = value == 0 ? 0.5 : value
        }
        for start in stride(from: first, to: count, by: max(1, first)) {
            (pointer + start).initialize(from: pointer, count: min(first, count - start))
        }
    }

    /// NaN everywhere: whoever does not overwrite it is found out.
    init(unwritten count: Int) {
        self.count = count
        pointer = .allocate(capacity: max(1, count))
        pointer.initialize(repeating: .nan, count: count)
    }

    deinit { pointer.deallocate() }

    func spoil() { pointer.update(repeating: .nan, count: count) }
}
