import ApusKernels
import ApusParallel
import Testing

/// A convolution of the images 1, 2, 3, … with the filter 1, 2, 3, … and no bias, worked out by hand.
struct KnownConvolution: Sendable, CustomTestStringConvertible {
    let name: String
    let geometry: ConvolutionGeometry
    let output: [Float]
    /// For an output gradient of ones.
    let inputGradient: [Float]
    let filterGradient: [Float]

    var testDescription: String { name }

    static let all = [
        KnownConvolution(
            name: "3×3 image, 2×2 kernel, valid",
            geometry: ConvolutionGeometry(input: 3, inputChannels: 1, outputChannels: 1, kernel: 2),
            output: [37, 47, 67, 77],
            inputGradient: [1, 3, 2, 4, 10, 6, 3, 7, 4],
            filterGradient: [12, 16, 24, 28]),
        KnownConvolution(
            name: "same padding puts the odd pixel at the bottom and right",
            geometry: ConvolutionGeometry(input: 3, inputChannels: 1, outputChannels: 1, kernel: 2, padding: .same),
            output: [37, 47, 21, 67, 77, 33, 23, 26, 9],
            inputGradient: [1, 3, 3, 4, 10, 10, 4, 10, 10],
            filterGradient: [45, 33, 39, 28]),
        KnownConvolution(
            name: "3×3 kernel, same",
            geometry: ConvolutionGeometry(input: 3, inputChannels: 1, outputChannels: 1, kernel: 3, padding: .same),
            output: [94, 154, 106, 186, 285, 186, 106, 154, 94],
            inputGradient: [12, 21, 16, 27, 45, 33, 24, 39, 28],
            filterGradient: [12, 21, 16, 27, 45, 33, 24, 39, 28]),
        KnownConvolution(
            name: "stride 2 with same padding on an even width",
            geometry: ConvolutionGeometry(
                input: Size2D(height: 1, width: 4), inputChannels: 1, outputChannels: 1,
                kernel: Size2D(height: 1, width: 3), stride: 2, padding: .same),
            output: [14, 11],
            inputGradient: [1, 2, 4, 2],
            filterGradient: [4, 6, 3]),
        KnownConvolution(
            name: "dilation 2",
            geometry: ConvolutionGeometry(
                input: Size2D(height: 1, width: 5), inputChannels: 1, outputChannels: 1,
                kernel: Size2D(height: 1, width: 2), dilation: 2),
            output: [7, 10, 13],
            inputGradient: [1, 1, 3, 2, 2],
            filterGradient: [6, 12]),
        KnownConvolution(
            name: "explicit padding on one side",
            geometry: ConvolutionGeometry(
                input: Size2D(height: 1, width: 2), inputChannels: 1, outputChannels: 1,
                kernel: Size2D(height: 1, width: 2), padding: .explicit(top: 0, bottom: 0, left: 2, right: 0)),
            output: [0, 2, 5],
            inputGradient: [3, 2],
            filterGradient: [1, 3]),
        KnownConvolution(
            name: "channels: two in, two out, 1×1",
            geometry: ConvolutionGeometry(
                input: Size2D(height: 1, width: 2), inputChannels: 2, outputChannels: 2, kernel: 1),
            output: [7, 10, 15, 22],
            inputGradient: [3, 7, 3, 7],
            filterGradient: [4, 4, 6, 6]),
        KnownConvolution(
            name: "two groups of two inputs and one output",
            geometry: ConvolutionGeometry(
                input: Size2D(height: 1, width: 1), inputChannels: 4, outputChannels: 2, kernel: 1, groups: 2),
            output: [1 * 1 + 2 * 3, 3 * 2 + 4 * 4],
            inputGradient: [1, 3, 2, 4],
            filterGradient: [1, 3, 2, 4]),
        KnownConvolution(
            name: "depthwise, two outputs for each input",
            geometry: ConvolutionGeometry(
                input: Size2D(height: 1, width: 2), inputChannels: 2, outputChannels: 4,
                kernel: Size2D(height: 1, width: 2), groups: 2),
            output: [1 * 1 + 3 * 5, 1 * 2 + 3 * 6, 2 * 3 + 4 * 7, 2 * 4 + 4 * 8],
            inputGradient: [3, 7, 11, 15],
            filterGradient: [1, 1, 2, 2, 3, 3, 4, 4]),
    ]
}

@Suite struct ConvolutionAnswerTests {
    @Test(arguments: KnownConvolution.all, ConvolutionAlgorithm.allCases)
    func matchesTheAnswer(known: KnownConvolution, algorithm: ConvolutionAlgorithm) {
        let pool = WorkerPool(threads: 2)
        var run = ConvolutionRun<Float>(known.geometry, images: 2) { _ in 0 }
        let count = run.input.count / 2
        // The second image is twice the first, with an output gradient of zeros.
        run.input = (0..<2 * count).map { Float(($0 % count + 1) * ($0 < count ? 1 : 2)) }
        run.filter = (1...run.filter.count).map { Float($0) }
        run.bias = run.bias.map { _ in 10 }
        let outputs = run.outputGradient.count / 2
        run.outputGradient = (0..<2 * outputs).map { $0 < outputs ? 1 : 0 }
        let zeros = [Float](repeating: 0, count: count)
        // Thirds and sixths of Winograd's transforms are rounded: some units in the last place of sums of up to 1000.
        func expectAnswer(_ found: [Float], _ answer: [Float]) {
            if algorithm.serving(known.geometry) == .winograd {
                #expect(zip(found, answer).allSatisfy { abs($0 - $1) < 1e-3 } && found.count == answer.count)
            } else {
                #expect(found == answer)
            }
        }

        expectAnswer(
            run.output(algorithm, usesBias: false, pool: pool), known.output + known.output.map { 2 * $0 })
        expectAnswer(
            run.output(algorithm, pool: pool), known.output.map { $0 + 10 } + known.output.map { 2 * $0 + 10 })
        expectAnswer(run.inputGradient(algorithm, pool: pool), known.inputGradient + zeros)
        let gradients = run.gradients(algorithm, pool: pool)
        expectAnswer(gradients.filter, known.filterGradient)
        #expect(gradients.bias.allSatisfy { $0 == Float(known.geometry.output.area) })
    }

    /// Each gradient is the derivative of Σ output · outputGradient, by central differences. The function is linear in
    /// each operand, so a step of 1 has no truncation error and only rounding is left: some hundred terms of order 1.
    @Test(arguments: ConvolutionAlgorithm.allCases, [1, 2])
    func gradientsAreDerivatives(algorithm: ConvolutionAlgorithm, groups: Int) {
        let geometry = ConvolutionGeometry(
            input: Size2D(height: 5, width: 6), inputChannels: 2, outputChannels: 4,
            kernel: Size2D(height: 3, width: 2),
            stride: Size2D(height: 1, width: 2), dilation: Size2D(height: 2, width: 1), padding: .same, groups: groups)
        let pool = WorkerPool(threads: 1)
        let run = ConvolutionRun<Double>.normal(geometry, images: 2, seed: 3)
        func slope(_ operand: WritableKeyPath<ConvolutionRun<Double>, [Double]>, _ index: Int) -> Double {
            let sides = [1.0, -1.0].map { step in
                var moved = run
                moved[keyPath: operand][index] += step
                return zip(moved.output(algorithm, pool: pool), run.outputGradient).reduce(0) { $0 + $1.0 * $1.1 }
            }
            return (sides[0] - sides[1]) / 2
        }
        let gradients = run.gradients(algorithm, pool: pool)
        let results = [
            (\ConvolutionRun<Double>.input, run.inputGradient(algorithm, pool: pool)),
            (\ConvolutionRun<Double>.filter, gradients.filter), (\ConvolutionRun<Double>.bias, gradients.bias),
        ]
        for (operand, gradient) in results {
            for index in gradient.indices {
                #expect(abs(gradient[index] - slope(operand, index)) < 1e-11)
            }
        }
    }
}
