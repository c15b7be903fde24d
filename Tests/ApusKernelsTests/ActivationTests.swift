import ApusKernels
import ApusParallel
import ApusTensors
import Testing

@Suite struct ActivationTests {
    let pool = WorkerPool(threads: 2)

    @Test(arguments: [1, 15, 128, 1000, 100_003]) func rectifiedLinear(count: Int) {
        let key = RandomKey(seed: 1)
        let input = (0..<count).map { Float(key.integer($0, below: 9) - 4) }
        let slope = (0..<count).map { Float($0 % 7 + 1) }
        var output = [Float](repeating: .nan, count: count)
        RectifiedLinear.forward(count: count, input: input, output: &output, pool: pool)
        #expect(output == input.map { max(0, $0) })
        var gradient = [Float](repeating: .nan, count: count)
        RectifiedLinear.backward(
            count: count, output: output, outputGradient: slope, inputGradient: &gradient, pool: pool)
        #expect(gradient == zip(input, slope).map { $0 > 0 ? $1 : 0 })

        var inPlace = input
        inPlace.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            RectifiedLinear.forward(count: count, input: start, output: start, pool: pool)
        }
        #expect(inPlace == output)
        var gradientInPlace = slope
        gradientInPlace.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            RectifiedLinear.backward(
                count: count, output: output, outputGradient: start, inputGradient: start, pool: pool)
        }
        #expect(gradientInPlace == gradient)
    }

    @Test func rectifiedLinearKeepsNotANumber() {
        var output: [Double] = [0, 0, 0]
        RectifiedLinear.forward(count: 3, input: [.nan, -.infinity, .infinity], output: &output, pool: pool)
        #expect(output[0].isNaN)
        #expect(Array(output[1...]) == [0, .infinity])
    }

    // MARK: Dropout

    /// The share of zeros of n draws has a standard deviation of √(rate · (1 − rate) / n): at most 0.0011 here. The key is
    /// fixed, so five of them never fail by chance.
    @Test(arguments: [0, 0.1, 0.5, 0.9]) func dropoutRate(rate: Double) {
        let count = 200_000
        let input = [Float](repeating: 3, count: count)
        var output = [Float](repeating: .nan, count: count)
        DropoutMask.forward(
            count: count, rate: rate, key: RandomKey(seed: 2), input: input, output: &output, pool: pool)
        let zeros = output.count { $0 == 0 }
        #expect(abs(Double(zeros) / Double(count) - rate) < 0.006)
        let kept = Float(3) * Float(1 / (1 - rate))
        #expect(output.allSatisfy { $0 == 0 || $0 == kept })
        let mean = output.reduce(0.0) { $0 + Double($1) } / Double(count)
        #expect(abs(mean - 3) < 3 * 0.006 / (1 - rate))
    }

    @Test func dropoutMaskIsAFunctionOfKeyAndIndex() {
        let count = 50_001
        let ones = [Double](repeating: 1, count: 80_000)
        func mask(seed: UInt64, threads: Int, count: Int) -> [Double] {
            var output = [Double](repeating: .nan, count: count)
            DropoutMask.forward(
                count: count, rate: 0.3, key: RandomKey(seed: seed), input: ones, output: &output,
                pool: WorkerPool(threads: threads))
            return output
        }
        let first = mask(seed: 3, threads: 1, count: count)
        #expect((2...4).allSatisfy { mask(seed: 3, threads: $0, count: count) == first })
        #expect(mask(seed: 3, threads: 2, count: 777) == Array(first.prefix(777)))
        // Another count has other shards, but the same mask.
        #expect(Array(mask(seed: 3, threads: 2, count: 80_000).prefix(count)) == first)
        #expect(mask(seed: 4, threads: 1, count: count) != first)

        var gradient = Array(ones.prefix(count))
        gradient.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            DropoutMask.backward(
                count: count, rate: 0.3, key: RandomKey(seed: 3), outputGradient: start, inputGradient: start,
                pool: pool)
        }
        #expect(gradient == first)
    }

    @Test func dropoutOfEverything() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var output: [Float] = [0]
            DropoutMask.forward(
                count: 1, rate: 1, key: RandomKey(seed: 0), input: [1], output: &output, pool: WorkerPool(threads: 1))
        }
        expect(result, "DropoutMask: rate is 1.0, expected 0 ≤ rate < 1")
    }
}
