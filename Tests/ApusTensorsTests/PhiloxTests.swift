import ApusTensors
import Testing

@Suite struct PhiloxTests {
    struct Vector: Sendable {
        var counter: SIMD4<UInt32>
        var key: SIMD2<UInt32>
        var words: SIMD4<UInt32>
    }

    /// The `philox4x32 10` lines of `kat_vectors` in the Random123 distribution.
    static let vectors = [
        Vector(
            counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
            words: SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)),
        Vector(
            counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max),
            words: SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)),
        Vector(
            counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: SIMD2(0xA409_3822, 0x299F_31D0),
            words: SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)),
    ]

    @Test(arguments: vectors)
    func knownAnswer(_ vector: Vector) {
        #expect(Philox.block(vector.counter, key: vector.key) == vector.words)
    }

    @Test func firstWordsOfSeedZeroAreTheFirstVector() {
        let key = RandomKey(seed: 0)
        let words = Self.vectors[0].words
        #expect((0..<4).map { key.word($0) } == (0..<4).map { words[$0] })
    }

    @Test(arguments: [0, 1, 3, 4, 31, 32, 33, 0xFFFF_FFFF * 4 - 7, 1 << 40] as [UInt64], [0, 1, 5, 31, 32, 33, 200])
    func filledWordsAreSingleWords(first: UInt64, count: Int) {
        let key = RandomKey(seed: 0x0123_4567_89AB_CDEF)
        var words = [UInt32](repeating: 0xDEAD_BEEF, count: count + 2)
        words.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            key.fillWords(start + 1, count: count, first: first)
        }
        #expect(Array(words[1..<count + 1]) == (0..<count).map { key.word(first + UInt64($0)) })
        #expect(words[0] == 0xDEAD_BEEF && words[count + 1] == 0xDEAD_BEEF)
    }
}
