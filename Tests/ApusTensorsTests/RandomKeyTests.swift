import ApusBLAS
import ApusTensors
import Testing

@Suite struct RandomKeyTests {
    let key = RandomKey(seed: 42)

    private func fill<Scalar: BLASScalar>(
        _ count: Int, _ body: (inout MutableSpan<Scalar>) -> Void
    ) -> [Scalar] {
        var values = [Scalar](repeating: .nan, count: count)
        var span = values.mutableSpan
        body(&span)
        return values
    }

    @Test(arguments: [0, 1, 2, 5, 1023] as [UInt64], [0, 1, 2, 7, 1024, 2500])
    func fillsAreSingleDraws(first: UInt64, count: Int) {
        let indices = (0..<count).map { first + UInt64($0) }
        #expect(fill(count) { key.fillUniform(&$0, first: first) } == indices.map { key.uniformFloat($0) })
        #expect(fill(count) { key.fillUniform(&$0, first: first) } == indices.map { key.uniform($0) })
        #expect(fill(count) { key.fillNormal(&$0, first: first) } == indices.map { key.normalFloat($0) })
        #expect(fill(count) { key.fillNormal(&$0, first: first) } == indices.map { key.normal($0) })
    }

    /// The mean of n draws lies within 5 standard errors of the distribution's, and so does that of the squares.
    private func expectMoments(
        _ draws: [Double], mean: Double, variance: Double, fourthMoment: Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let n = Double(draws.count)
        let found = draws.reduce(0, +) / n
        let squares = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
        #expect(abs(found - mean) < 5 * (variance / n).squareRoot(), sourceLocation: sourceLocation)
        let error = ((fourthMoment - variance * variance) / n).squareRoot()
        #expect(abs(squares - variance) < 5 * error, sourceLocation: sourceLocation)
    }

    /// χ² of counts over equally likely cells has mean k − 1 and variance 2(k − 1).
    private func expectUniform(_ cells: [Int], sourceLocation: SourceLocation = #_sourceLocation) {
        let expected = Double(cells.reduce(0, +)) / Double(cells.count)
        let square = cells.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        let freedom = Double(cells.count - 1)
        #expect(abs(square - freedom) < 5 * (2 * freedom).squareRoot(), sourceLocation: sourceLocation)
    }

    @Test func uniformNumbersAreUniform() {
        let floats: [Float] = fill(1 << 18) { key.fillUniform(&$0) }
        let doubles: [Double] = fill(1 << 18) { key.folding(1).fillUniform(&$0) }
        for draws in [floats.map { Double($0) }, doubles] {
            #expect(draws.allSatisfy { $0 >= 0 && $0 < 1 })
            expectMoments(draws, mean: 0.5, variance: 1 / 12.0, fourthMoment: 1 / 80.0)
            var cells = [Int](repeating: 0, count: 256)
            for draw in draws { cells[Int(draw * 256)] += 1 }
            expectUniform(cells)
            // Neighbours in one block are independent: pairs fill the square.
            var pairs = [Int](repeating: 0, count: 256)
            for index in stride(from: 0, to: draws.count, by: 2) {
                pairs[Int(draws[index] * 16) * 16 + Int(draws[index + 1] * 16)] += 1
            }
            expectUniform(pairs)
        }
        // All bits are used: 24 of a Float, 53 of a Double.
        #expect(floats.contains { ($0 * 0x1p23).rounded() != $0 * 0x1p23 })
        #expect(floats.allSatisfy { ($0 * 0x1p24).rounded() == $0 * 0x1p24 })
        #expect(doubles.contains { ($0 * 0x1p52).rounded() != $0 * 0x1p52 })
    }

    @Test func normalNumbersAreNormal() {
        let floats: [Float] = fill(1 << 18) { key.fillNormal(&$0) }
        let doubles: [Double] = fill(1 << 18) { key.folding(1).fillNormal(&$0) }
        for draws in [floats.map { Double($0) }, doubles] {
            #expect(draws.allSatisfy { $0.isFinite })
            expectMoments(draws, mean: 0, variance: 1, fourthMoment: 3)
            // 31.73 % lie beyond one deviation and 0.27 % beyond three; 5 standard errors of a count.
            for (limit, probability) in [(1.0, 0.317_310_5), (2.0, 0.045_500_3), (3.0, 0.002_699_8)] {
                let expected = Double(draws.count) * probability
                let count = Double(draws.count { abs($0) > limit })
                #expect(abs(count - expected) < 5 * (expected * (1 - probability)).squareRoot())
            }
            // The two of a pair are uncorrelated.
            let products = stride(from: 0, to: draws.count, by: 2).map { draws[$0] * draws[$0 + 1] }
            expectMoments(products, mean: 0, variance: 1, fourthMoment: 9)
        }
    }

    @Test(arguments: [1, 2, 3, 7, 10, 100])
    func integersAreUniform(bound: Int) {
        var cells = [Int](repeating: 0, count: bound)
        for index in 0..<20_000 { cells[key.integer(index, below: bound)] += 1 }
        #expect(cells.reduce(0, +) == 20_000)
        if bound > 1 { expectUniform(cells) }
    }

    /// 2⁶⁴ words over 3 · 2⁶¹ numbers: without rejection those with remainder 2 mod 3 would have two words each, the
    /// others three.
    @Test func largeBoundsAreUnbiased() {
        let bound = 3 << 61
        let draws = (0..<30_000).map { key.integer($0, below: bound) }
        #expect(draws.allSatisfy { $0 >= 0 && $0 < bound })
        for cell in [{ $0 >> 61 }, { $0 % 3 }] as [(Int) -> Int] {
            var cells = [Int](repeating: 0, count: 3)
            for draw in draws { cells[cell(draw)] += 1 }
            expectUniform(cells)
        }
    }

    @Test func permutationsAreValidAndDiffer() {
        for count in [0, 1, 2, 3, 10, 1000] {
            #expect(key.permutation(count: count).sorted() == Array(0..<count))
        }
        #expect(key.permutation(count: 1000) == RandomKey(seed: 42).permutation(count: 1000))
        #expect(key.permutation(count: 1000) != key.folding(0).permutation(count: 1000))
        #expect(key.permutation(count: 1000) != Array(0..<1000))
    }

    @Test func permutationsAreEquallyLikely() {
        var counts: [[Int]: Int] = [:]
        for trial in 0..<24_000 { counts[key.folding(trial).permutation(count: 4), default: 0] += 1 }
        #expect(counts.count == 24)
        expectUniform(Array(counts.values))
    }

    @Test func foldedKeysAreIndependent() {
        let keys = (0..<1000).flatMap { [key.folding($0), key.folding($0).folding(1), key.folding(1).folding($0)] }
        // folding(1).folding(1) comes twice.
        #expect(Set(keys + [key]).count == 3000)
        #expect(key.folding(7) == key.folding(7 as UInt64))
        #expect(key.folding(3) != RandomKey(seed: 43).folding(3))
        let firsts = (0..<1 << 16).map { key.folding($0).uniform(0) }
        expectMoments(firsts, mean: 0.5, variance: 1 / 12.0, fourthMoment: 1 / 80.0)
    }

    @Test func generatorFollowsTheKey() {
        var generator = key.generator
        let words = (0..<5).map { _ in generator.next() }
        #expect(words == (0..<5).map { UInt64(key.word(2 * $0)) | UInt64(key.word(2 * $0 + 1)) << 32 })
    }

    @Test func boundMustBePositive() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = RandomKey(seed: 1).integer(0, below: 0)
        }
        expectMessage(result, "RandomKey.integer: bound is 0, expected at least 1")
    }
}
