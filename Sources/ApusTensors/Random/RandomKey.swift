import ApusParallel

/// A stream of random numbers without state: every draw is a pure function of the key and an index.
///
/// Results therefore depend neither on the order of draws nor on the number of threads. Streams of their own are made
/// by folding: `RandomKey(seed: 1).folding(epoch).folding(sample).folding(operation)`. The draws of one index in one
/// key share their bits whatever their distribution, so a key serves one purpose.
///
/// The generator is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011): word `i` is
/// word `i mod 4` of the block with counter `(i div 4, 0, 0)`.
public struct RandomKey: Sendable, Hashable, Codable {
    /// The key of the block function.
    let bits: UInt64

    /// The last word of the counter keeps the kinds of draws apart.
    private enum Kind {
        static let fold: UInt32 = 1
        static let integer: UInt32 = 2
    }

    init(bits: UInt64) {
        self.bits = bits
    }

    /// The root of all streams under a seed.
    public init(seed: UInt64) {
        self.init(bits: seed)
    }

    var philoxKey: SIMD2<UInt32> {
        SIMD2(UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: bits &>> 32))
    }

    /// The four words of the block at a counter.
    func block(_ counter: UInt64, _ third: UInt32 = 0, _ fourth: UInt32 = 0) -> SIMD4<UInt32> {
        let (low, high) = (UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter &>> 32))
        return Philox.block(SIMD4(low, high, third, fourth), key: philoxKey)
    }

    @usableFromInline
    func foldingBits(_ value: UInt64) -> RandomKey {
        let words = block(value, 0, Kind.fold)
        return RandomKey(bits: UInt64(words[0]) | UInt64(words[1]) &<< 32)
    }

    /// The integer below `bound` at an index: Lemire, "Fast random integer generation in an interval", 2019. Rejected
    /// words are replaced by those of the next counter, so other indices are not disturbed.
    @usableFromInline
    func integer(at index: UInt64, below bound: Int) -> Int {
        require(bound > 0, "RandomKey.integer: bound is \(bound), expected at least 1")
        let bound = UInt64(bound)
        let rejected = (0 &- bound) % bound
        var attempt: UInt32 = 0
        while true {
            let words = block(index, attempt, Kind.integer)
            let word = UInt64(words[0]) | UInt64(words[1]) &<< 32
            let product = word.multipliedFullWidth(by: bound)
            if product.low >= rejected { return Int(product.high) }
            attempt += 1
        }
    }

    // MARK: Draws

    /// An independent key for one value of something: an epoch, a sample, an operation.
    @inlinable
    public func folding(_ value: some BinaryInteger) -> RandomKey {
        foldingBits(UInt64(truncatingIfNeeded: value))
    }

    /// An integer in `0..<bound`, each equally likely.
    @inlinable
    public func integer(_ index: some BinaryInteger, below bound: Int) -> Int {
        integer(at: UInt64(truncatingIfNeeded: index), below: bound)
    }

    /// 32 random bits.
    @inlinable
    public func word(_ index: some BinaryInteger) -> UInt32 {
        word(at: UInt64(truncatingIfNeeded: index))
    }

    /// A number uniform in [0, 1), a multiple of 2⁻⁵³.
    @inlinable
    public func uniform(_ index: some BinaryInteger) -> Double {
        uniformDouble(at: UInt64(truncatingIfNeeded: index))
    }

    /// A number uniform in [0, 1), a multiple of 2⁻²⁴.
    @inlinable
    public func uniformFloat(_ index: some BinaryInteger) -> Float {
        uniformFloat(at: UInt64(truncatingIfNeeded: index))
    }

    /// A number of mean 0 and variance 1, normally distributed.
    @inlinable
    public func normal(_ index: some BinaryInteger) -> Double {
        normalDouble(at: UInt64(truncatingIfNeeded: index))
    }

    /// A number of mean 0 and variance 1, normally distributed.
    @inlinable
    public func normalFloat(_ index: some BinaryInteger) -> Float {
        normalFloat(at: UInt64(truncatingIfNeeded: index))
    }
}

extension RandomKey {
    /// A permutation of `0..<count`, each equally likely (Fisher and Yates); a pure function of the key.
    public func permutation(count: Int) -> [Int] {
        var order: [Int] = []
        permute(&order, count: count)
        return order
    }

    /// Writes ``permutation(count:)`` over an array, whose memory it takes where that is enough.
    package func permute(_ order: inout [Int], count: Int) {
        require(count >= 0, "RandomKey.permutation: count is \(count), expected at least 0")
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: 0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, integer(at: UInt64(last), below: last + 1))
        }
    }
}
