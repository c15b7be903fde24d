import ApusBLAS

/// Fills of whole buffers. Element `i` is the single draw of index `first + i`, so that shards can fill their parts of
/// a buffer each for itself.
extension RandomKey {
    private static let blockWords = 4
    private static let groupWords = 32
    /// Words that are made at once before they become numbers: 4 KiB, which stay in the first cache.
    private static let stagedWords = 1024

    /// Raw words.
    package func fillWords(_ words: UnsafeMutablePointer<UInt32>, count: Int, first: UInt64 = 0) {
        let key = philoxKey
        var block = first / UInt64(Self.blockWords)
        var skipped = Int(first % UInt64(Self.blockWords))
        var filled = 0
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.groupWords) { group in
            guard let start = group.baseAddress else { return }
            while filled < count {
                let taken = min(Self.groupWords - skipped, count - filled)
                if taken == Self.groupWords {
                    Philox.eightBlocks(block, key: key, into: words + filled)
                } else {
                    Philox.eightBlocks(block, key: key, into: start)
                    (words + filled).update(from: start + skipped, count: taken)
                }
                filled += taken
                skipped = 0
                block &+= UInt64(Self.groupWords / Self.blockWords)
            }
        }
    }

    /// Numbers uniform in [0, 1): those of ``uniformFloat(_:)`` or ``uniform(_:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func fillUniform<Scalar: BLASScalar>(
        _ values: UnsafeMutablePointer<Scalar>, count: Int, first: UInt64 = 0
    ) {
        if Scalar.self == Float.self {
            staged(count: count, wordsEach: 1, first: first) { words, range in
                let values = values + range.lowerBound
                for index in 0..<range.count { values[index] = Scalar(Distribution.uniform(words[index])) }
            }
        } else {
            staged(count: count, wordsEach: 2, first: first) { words, range in
                let values = values + range.lowerBound
                for index in 0..<range.count {
                    values[index] = Scalar(Distribution.uniform(words[2 * index], words[2 * index + 1]))
                }
            }
        }
    }

    /// Numbers of mean 0 and variance 1, normally distributed: those of ``normalFloat(_:)`` or ``normal(_:)``.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func fillNormal<Scalar: BLASScalar>(
        _ values: UnsafeMutablePointer<Scalar>, count: Int, first: UInt64 = 0
    ) {
        // Pairs begin at even indices: an odd first or last number is half a pair.
        let single = { (index: UInt64) -> Scalar in
            Scalar.self == Float.self ? Scalar(normalFloat(at: index)) : Scalar(normalDouble(at: index))
        }
        let head = min(count, Int(first & 1))
        if head == 1 { values[0] = single(first) }
        let pairs = (count - head) / 2
        let pairValues = values + head
        let pairFirst = (first + UInt64(head)) / 2
        if Scalar.self == Float.self {
            staged(count: pairs, wordsEach: 2, first: pairFirst) { words, range in
                for pair in 0..<range.count {
                    let (even, odd) = Distribution.normal(words[2 * pair], words[2 * pair + 1])
                    pairValues[2 * (range.lowerBound + pair)] = Scalar(even)
                    pairValues[2 * (range.lowerBound + pair) + 1] = Scalar(odd)
                }
            }
        } else {
            staged(count: pairs, wordsEach: 4, first: pairFirst) { words, range in
                for pair in 0..<range.count {
                    let w = words + 4 * pair
                    let (even, odd) = Distribution.normal(SIMD4(w[0], w[1], w[2], w[3]))
                    pairValues[2 * (range.lowerBound + pair)] = Scalar(even)
                    pairValues[2 * (range.lowerBound + pair) + 1] = Scalar(odd)
                }
            }
        }
        if head + 2 * pairs < count { values[count - 1] = single(first + UInt64(count - 1)) }
    }

    /// Calls `body` with the words of one stretch of draws after another.
    @inline(__always)
    private func staged(
        count: Int, wordsEach: Int, first: UInt64, _ body: (_ words: UnsafePointer<UInt32>, _ draws: Range<Int>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: Self.stagedWords) { stage in
            guard let words = stage.baseAddress else { return }
            for start in stride(from: 0, to: count, by: Self.stagedWords / wordsEach) {
                let draws = start..<min(start + Self.stagedWords / wordsEach, count)
                let firstWord = (first + UInt64(start)) * UInt64(wordsEach)
                fillWords(words, count: draws.count * wordsEach, first: firstWord)
                body(words, draws)
            }
        }
    }
}

extension RandomKey {
    /// Fills a span with numbers uniform in [0, 1): those of ``uniformFloat(_:)`` or ``uniform(_:)`` from index `first`
    /// on.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func fillUniform<Scalar: BLASScalar>(_ values: inout MutableSpan<Scalar>, first: UInt64 = 0) {
        values.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { fillUniform(start, count: buffer.count, first: first) }
        }
    }

    /// Fills a span with normally distributed numbers of mean 0 and variance 1: those of ``normalFloat(_:)`` or
    /// ``normal(_:)`` from index `first` on.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    public func fillNormal<Scalar: BLASScalar>(_ values: inout MutableSpan<Scalar>, first: UInt64 = 0) {
        values.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { fillNormal(start, count: buffer.count, first: first) }
        }
    }
}
