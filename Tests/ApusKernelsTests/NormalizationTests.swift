import ApusKernels
import ApusParallel
import ApusTensors
import Testing

/// Normalization kernels against plain sums in Double. Against Keras and PyTorch they are tested as layers.
@Suite struct NormalizationTests {
    struct Problem: CustomTestStringConvertible, Sendable {
        var samples: Int
        var positions: Int
        var channels: Int
        var groups: Int?
        var block: Int?
        /// Mean of the input; its deviation is 1.
        var offset: Double = 0

        var testDescription: String {
            "[\(samples), \(positions), \(channels)], groups \(groups ?? channels), blocks \(block ?? samples), \(offset)"
        }
        var count: Int { samples * positions * channels }

        func normalization(activation: ElementwiseActivation? = nil) -> ChannelNormalization {
            ChannelNormalization(
                positions: positions, channels: channels, groups: groups ?? channels, blockSamples: block,
                epsilon: 1e-3, activation: activation)
        }
    }

    @Test func runningStatisticsWeighGhostBatchesByTheirSamples() {
        let normalization = ChannelNormalization(
            positions: 1, channels: 1, groups: 1, blockSamples: 2, epsilon: 1e-3)
        // A block of two samples of mean 1 and variance 3, and one of a sample of 4.
        let statistics = [1, 1 / 3.001.squareRoot(), 4, 1 / 0.001.squareRoot()]
        var (means, variances): ([Double], [Double]) = ([0], [0])
        normalization.updateRunning(
            samples: 3, statistics: statistics, momentum: 0, isUnbiased: false, means: &means, variances: &variances)
        #expect(abs(means[0] - 2) < 1e-12 && abs(variances[0] - 2) < 1e-9)
    }

    static let problems: [Problem] = [
        Problem(samples: 1, positions: 9, channels: 1), Problem(samples: 3, positions: 7, channels: 3),
        Problem(samples: 37, positions: 31 * 29, channels: 3), Problem(samples: 5, positions: 49, channels: 24),
        Problem(samples: 9, positions: 121, channels: 64), Problem(samples: 4, positions: 35, channels: 130),
        Problem(samples: 11, positions: 64, channels: 17, block: 4),
        Problem(samples: 70, positions: 9, channels: 8, block: 1),
        Problem(samples: 6, positions: 300, channels: 12, groups: 4, block: 1),
        // Sums of squares would lose all digits of the variance: 10⁸ with steps of 8.
        Problem(samples: 16, positions: 1024, channels: 16, offset: 1e4),
        Problem(samples: 2, positions: 64, channels: 64, groups: 2, block: 1, offset: -3e3),
    ]

    struct Result: Equatable {
        var output: [Float]
        var inputGradient: [Float]
        var scaleGradient: [Float]
        var shiftGradient: [Float]
    }

    private func run(
        _ problem: Problem, _ data: Data, threads: Int, activation: ElementwiseActivation? = nil, inPlace: Bool = false
    ) -> Result {
        let pool = WorkerPool(threads: threads)
        let normalization = problem.normalization(activation: activation)
        var result = Result(
            output: [Float](repeating: .nan, count: problem.count),
            inputGradient: [Float](repeating: .nan, count: problem.count),
            scaleGradient: [Float](repeating: .nan, count: problem.channels),
            shiftGradient: [Float](repeating: .nan, count: problem.channels))
        var statistics = [Double](
            repeating: .nan, count: normalization.statisticsCount(samples: problem.samples))
        var workspace = [Float](
            repeating: .nan, count: normalization.workspaceCount(samples: problem.samples, as: Float.self))
        normalization.forward(
            samples: problem.samples, input: data.input, scale: data.scale, shift: data.shift, output: &result.output,
            statistics: &statistics, workspace: &workspace, pool: pool)
        if inPlace { result.inputGradient = data.slope }
        result.inputGradient.withUnsafeMutableBufferPointer { target in
            guard let target = target.baseAddress else { return }
            data.slope.withUnsafeBufferPointer { slope in
                guard let slope = slope.baseAddress else { return }
                normalization.backward(
                    samples: problem.samples, input: data.input, scale: data.scale, shift: data.shift,
                    statistics: statistics, outputGradient: inPlace ? UnsafePointer(target) : slope,
                    inputGradient: target, scaleGradient: &result.scaleGradient,
                    shiftGradient: &result.shiftGradient, workspace: &workspace, pool: pool)
            }
        }
        return result
    }

    struct Data {
        var input: [Float]
        var slope: [Float]
        var scale: [Float]
        var shift: [Float]

        init(_ problem: Problem) {
            let key = RandomKey(seed: 3)
            input = (0..<problem.count).map { Float(problem.offset + key.normal($0)) }
            slope = (0..<problem.count).map { key.folding(1).normalFloat($0) + 0.5 }
            scale = (0..<problem.channels).map { 1 + 0.2 * key.folding(2).normalFloat($0) }
            shift = (0..<problem.channels).map { key.folding(3).normalFloat($0) }
        }
    }

    @Test(arguments: problems) func agreesWithPlainSums(_ problem: Problem) {
        let data = Data(problem)
        let found = run(problem, data, threads: 2)
        let expected = plain(problem, data)
        // The input's own rounding moves it by 2⁻²⁴ of the offset.
        let tolerance = 2e-6 * max(1, problem.offset.magnitude * 1e-1)
        expectNear(found.output, expected.output, tolerance, "output")
        expectNear(found.inputGradient, expected.inputGradient, tolerance, "input gradient")
        expectNear(found.scaleGradient, expected.scaleGradient, 3 * tolerance, "scale gradient")
        expectNear(found.shiftGradient, expected.shiftGradient, tolerance, "shift gradient")
    }

    @Test(arguments: problems) func sameBitsOnAnyNumberOfThreads(_ problem: Problem) {
        let data = Data(problem)
        for activation in [nil, ElementwiseActivation.gelu] {
            let one = run(problem, data, threads: 1, activation: activation)
            let three = run(problem, data, threads: 3, activation: activation)
            #expect(one == three)
            #expect(run(problem, data, threads: 2, activation: activation, inPlace: true) == one)
        }
    }

    /// The pass with an activation gives what normalization and activation one after the other give.
    @Test(arguments: [.rectification, .gelu, .geluTanh, .silu] as [ElementwiseActivation])
    func activationInTheSamePass(_ activation: ElementwiseActivation) {
        let problem = Problem(samples: 5, positions: 49, channels: 24)
        let pool = WorkerPool(threads: 1)
        var data = Data(problem)
        let together = run(problem, data, threads: 1, activation: activation)
        let alone = run(problem, data, threads: 1)
        var output = [Float](repeating: .nan, count: problem.count)
        activation.forward(count: problem.count, input: alone.output, output: &output, pool: pool)
        expectNear(together.output, output.map { Double($0) }, 1e-6, "output")
        var slope = output
        activation.backward(
            count: problem.count, values: activation.differentiatesInput ? alone.output : output,
            outputGradient: data.slope, inputGradient: &slope, pool: pool)
        data.slope = slope
        let after = run(problem, data, threads: 1)
        expectNear(together.inputGradient, after.inputGradient.map { Double($0) }, 1e-6, "input gradient")
        expectNear(together.scaleGradient, after.scaleGradient.map { Double($0) }, 1e-6, "scale gradient")
    }

    // MARK: Rows

    @Test(arguments: [(1, 1), (5, 3), (300, 64), (2000, 37), (7, 1000)]) func rows(rows: Int, columns: Int) {
        let problem = Problem(samples: rows, positions: 1, channels: columns, groups: 1, block: 1, offset: 50)
        let data = Data(problem)
        let expected = plain(problem, data)
        let results = [1, 3].map { threads in
            let pool = WorkerPool(threads: threads)
            var result = Result(
                output: [Float](repeating: .nan, count: problem.count),
                inputGradient: [Float](repeating: .nan, count: problem.count),
                scaleGradient: [Float](repeating: .nan, count: columns),
                shiftGradient: [Float](repeating: .nan, count: columns))
            RowNormalization.forward(
                rows: rows, columns: columns, epsilon: 1e-3, input: data.input, scale: data.scale, shift: data.shift,
                output: &result.output, pool: pool)
            var workspace = [Float](
                repeating: .nan,
                count: RowNormalization.workspaceCount(rows: rows, columns: columns, as: Float.self))
            RowNormalization.backward(
                rows: rows, columns: columns, epsilon: 1e-3, input: data.input, scale: data.scale,
                outputGradient: data.slope, inputGradient: &result.inputGradient,
                scaleGradient: &result.scaleGradient, shiftGradient: &result.shiftGradient, workspace: &workspace,
                pool: pool)
            return result
        }
        #expect(results[0] == results[1])
        // Means of 50 are known to 2⁻¹⁹, 2e-6 of the deviation.
        expectNear(results[0].output, expected.output, 1e-5, "output")
        expectNear(results[0].inputGradient, expected.inputGradient, 1e-5, "input gradient")
        expectNear(results[0].scaleGradient, expected.scaleGradient, 1e-5, "scale gradient")
        expectNear(results[0].shiftGradient, expected.shiftGradient, 1e-5, "shift gradient")
    }

    // MARK: The oracle

    private struct Expected {
        var output: [Double]
        var inputGradient: [Double]
        var scaleGradient: [Double]
        var shiftGradient: [Double]
    }

    /// The formulas as they stand, in Double.
    private func plain(_ problem: Problem, _ data: Data) -> Expected {
        let (channels, groups) = (problem.channels, problem.groups ?? problem.channels)
        let block = problem.block ?? problem.samples
        let size = problem.positions * channels
        var expected = Expected(
            output: [Double](repeating: 0, count: problem.count),
            inputGradient: [Double](repeating: 0, count: problem.count),
            scaleGradient: [Double](repeating: 0, count: channels),
            shiftGradient: [Double](repeating: 0, count: channels))
        for first in stride(from: 0, to: problem.samples, by: block) {
            for group in 0..<groups {
                let places = (first * size..<min(first + block, problem.samples) * size).filter {
                    $0 % channels / (channels / groups) == group
                }
                let count = Double(places.count)
                let mean = places.reduce(0) { $0 + Double(data.input[$1]) } / count
                let variance = places.reduce(0) {
                    $0 + (Double(data.input[$1]) - mean) * (Double(data.input[$1]) - mean)
                }
                let inverse = 1 / (variance / count + 1e-3).squareRoot()
                var (sum, product) = (0.0, 0.0)
                for place in places {
                    let (c, normalized) = (place % channels, (Double(data.input[place]) - mean) * inverse)
                    let slope = Double(data.slope[place])
                    expected.output[place] = Double(data.scale[c]) * normalized + Double(data.shift[c])
                    expected.scaleGradient[c] += slope * normalized
                    expected.shiftGradient[c] += slope
                    sum += slope * Double(data.scale[c])
                    product += slope * Double(data.scale[c]) * normalized
                }
                for place in places {
                    let normalized = (Double(data.input[place]) - mean) * inverse
                    let slope = Double(data.slope[place]) * Double(data.scale[place % channels])
                    expected.inputGradient[place] = (slope - sum / count - normalized * product / count) * inverse
                }
            }
        }
        return expected
    }

    private func expectNear(
        _ found: [Float], _ expected: [Double], _ tolerance: Double, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let scale = expected.reduce(1e-3) { max($0, $1.magnitude) }
        let worst = zip(found, expected).map { (Double($0) - $1).magnitude / scale }.reduce(0) { $0 >= $1 ? $0 : $1 }
        #expect(worst <= tolerance, "\(name)", sourceLocation: sourceLocation)
    }
}
