import Foundation

/// How words become numbers; shared by single draws and bulk fills, so that both give the same bits.
enum Distribution {
    @inline(__always)
    static func uniform(_ word: UInt32) -> Float {
        Float(Int32(truncatingIfNeeded: word &>> 8)) * 0x1p-24
    }

    @inline(__always)
    static func uniform(_ low: UInt32, _ high: UInt32) -> Double {
        Double(Int64(truncatingIfNeeded: (UInt64(low) | UInt64(high) &<< 32) &>> 11)) * 0x1p-53
    }

    /// Box and Muller, "A note on the generation of random normal deviates", 1958; the radius keeps all 32 bits of its
    /// word, so that the tails reach 6.6 deviations.
    @inline(__always)
    static func normal(_ radius: UInt32, _ angle: UInt32) -> (Float, Float) {
        let length = (-2 * log(Float(radius) * 0x1p-32 + 0x1p-33)).squareRoot()
        let turn = 2 * Float.pi * uniform(angle)
        return (length * cos(turn), length * sin(turn))
    }

    @inline(__always)
    static func normal(_ words: SIMD4<UInt32>) -> (Double, Double) {
        let length = (-2 * log(uniform(words[0], words[1]) + 0x1p-54)).squareRoot()
        let turn = 2 * Double.pi * uniform(words[2], words[3])
        return (length * cos(turn), length * sin(turn))
    }
}

extension RandomKey {
    @usableFromInline
    func word(at index: UInt64) -> UInt32 {
        block(index &>> 2)[Int(index & 3)]
    }

    @usableFromInline
    func uniformFloat(at index: UInt64) -> Float {
        Distribution.uniform(word(at: index))
    }

    @usableFromInline
    func uniformDouble(at index: UInt64) -> Double {
        let words = block(index &>> 1)
        return index & 1 == 0 ? Distribution.uniform(words[0], words[1]) : Distribution.uniform(words[2], words[3])
    }

    @usableFromInline
    func normalFloat(at index: UInt64) -> Float {
        let words = block(index &>> 2)
        let pair = index & 2 == 0 ? Distribution.normal(words[0], words[1]) : Distribution.normal(words[2], words[3])
        return index & 1 == 0 ? pair.0 : pair.1
    }

    @usableFromInline
    func normalDouble(at index: UInt64) -> Double {
        let pair = Distribution.normal(block(index &>> 1))
        return index & 1 == 0 ? pair.0 : pair.1
    }
}
