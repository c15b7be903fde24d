/// The words of a key one after the other, for what the standard library draws: `Int.random(in:using:)`.
public struct KeyedGenerator: RandomNumberGenerator, Sendable {
    private let key: RandomKey
    private var index: UInt64 = 0

    init(_ key: RandomKey) {
        self.key = key
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        let words = key.block(index &>> 1)
        let half = Int(index & 1) * 2
        index &+= 1
        return UInt64(words[half]) | UInt64(words[half + 1]) &<< 32
    }
}

extension RandomKey {
    /// A sequential generator that begins at this key's first word.
    public var generator: KeyedGenerator { KeyedGenerator(self) }
}
