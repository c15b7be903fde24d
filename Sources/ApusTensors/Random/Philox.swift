/// The block function Philox4x32 with ten rounds: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011. A 128-bit counter and a 64-bit key give four words; each pair is a stream of its own.
package enum Philox {
    private static let rounds = 10
    private static let multipliers: (UInt32, UInt32) = (0xD251_1F53, 0xCD9E_8D57)
    private static let weyl: (UInt32, UInt32) = (0x9E37_79B9, 0xBB67_AE85)

    /// The four words of one counter.
    package static func block(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (x, k) = (counter, key)
        for _ in 0..<rounds {
            let p = multipliers.0.multipliedFullWidth(by: x[0])
            let q = multipliers.1.multipliedFullWidth(by: x[2])
            x = SIMD4(q.high ^ x[1] ^ k[0], q.low, p.high ^ x[3] ^ k[1], p.low)
            k[0] &+= weyl.0
            k[1] &+= weyl.1
        }
        return x
    }

    /// The 32 words of the eight counters `(first + 0…7, 0, 0)`, where the 64-bit sum is the counter's lower half.
    ///
    /// The words live in 64-bit lanes, whose upper halves hold rubbish that the next product ignores, so that a round
    /// is two products, two shifts and four exclusive ors on any vector unit.
    @inline(__always)
    static func eightBlocks(_ first: UInt64, key: SIMD2<UInt32>, into words: UnsafeMutablePointer<UInt32>) {
        let low = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
        let multiplier0 = SIMD8(repeating: UInt64(multipliers.0))
        let multiplier1 = SIMD8(repeating: UInt64(multipliers.1))
        let counter = SIMD8(repeating: first) &+ SIMD8(0, 1, 2, 3, 4, 5, 6, 7)
        var (x0, x1) = (counter, counter &>> 32)
        var (x2, x3) = (SIMD8<UInt64>.zero, SIMD8<UInt64>.zero)
        var (k0, k1) = (key[0], key[1])
        for _ in 0..<rounds {
            let p = (x0 & low) &* multiplier0
            let q = (x2 & low) &* multiplier1
            x0 = (q &>> 32) ^ x1 ^ SIMD8(repeating: UInt64(k0))
            x1 = q
            x2 = (p &>> 32) ^ x3 ^ SIMD8(repeating: UInt64(k1))
            x3 = p
            k0 &+= weyl.0
            k1 &+= weyl.1
        }
        let first = (x0 & low) | (x1 &<< 32)
        let second = (x2 & low) | (x3 &<< 32)
        var pairs = SIMD16<UInt64>()
        pairs.evenHalf = first
        pairs.oddHalf = second
        UnsafeMutableRawPointer(words).storeBytes(of: pairs, as: SIMD16<UInt64>.self)
    }
}
