import ApusKernels
import ApusParallel
import ApusTensors
import Testing

/// Products of bfloat16: which numbers they take, that every instruction set makes the same of them, and how far they are from
/// float32.
@Suite struct BFloat16Tests {
    private static let convolutions: [(ConvolutionGeometry, ConvolutionEpilogue, images: Int)] = [
        (
            ConvolutionGeometry(input: 32, inputChannels: 3, outputChannels: 32, kernel: 3),
            ConvolutionEpilogue(rectifies: true, pools: true), 3
        ),
        (
            ConvolutionGeometry(input: 15, inputChannels: 32, outputChannels: 64, kernel: 3, padding: .same),
            ConvolutionEpilogue(rectifies: true), 4
        ),
        (
            ConvolutionGeometry(
                input: 9, inputChannels: 6, outputChannels: 21, kernel: 3, stride: 2, dilation: 2, padding: .same,
                groups: 3), ConvolutionEpilogue(), 5
        ),
    ]

    /// A convolution of one pixel and one channel by the filter 1 gives back what the pixel was rounded to.
    private func rounded(_ pixels: [Float], _ tiles: TileSet) -> [Float] {
        let fused = FusedConvolution<Float>(
            ConvolutionGeometry(
                input: Size2D(height: 1, width: pixels.count), inputChannels: 1, outputChannels: 1, kernel: 1),
            images: 1, precision: .bfloat16, tiles: tiles)
        var output = [Float](repeating: 9, count: pixels.count)
        var workspace = [Float](repeating: .nan, count: fused.workspaceCount(.forward, threads: 1))
        fused.forward(
            images: 1, input: pixels, filter: [1], bias: nil, output: &output, workspace: &workspace,
            pool: WorkerPool(threads: 1))
        return output
    }

    /// Eight bits of significand: neighbours of 1 are 2⁻⁷ apart.
    @Test(arguments: TileSet.available) func roundsToNearestTiesToEven(tiles: TileSet) {
        let step = Float(0x1p-7)
        let cases: [(Float, Float)] = [
            (1, 1), (1 + 0.49 * step, 1), (1 + 0.51 * step, 1 + step), (1 + 0.5 * step, 1),
            (1 + 1.5 * step, 1 + 2 * step), (-1 - 1.5 * step, -1 - 2 * step), (0, 0), (3e38, 0x1.c4p127),
            (.greatestFiniteMagnitude, .infinity), (-.infinity, -.infinity), (0x1p-126, 0x1p-126),
            (0x1p-127, 0), (-0x1p-140, 0), (1.999, 2), (0.1, 0x1.9ap-4),
        ]
        #expect(rounded(cases.map(\.0), tiles) == cases.map(\.1))
        #expect(rounded([.nan], tiles)[0].isNaN)
        // The lowest bits alone would round a NaN to infinity.
        #expect(rounded([Float(bitPattern: 0x7f80_0001)], tiles)[0].isNaN)
    }

    /// The small integers of the known answers are exact in bfloat16.
    @Test(arguments: KnownConvolution.all) func matchesTheAnswer(known: KnownConvolution) {
        if known.geometry.isDepthwise { return }
        var run = ConvolutionRun<Float>(known.geometry, images: 1) { _ in 0 }
        run.input = (1...run.input.count).map { Float($0) }
        run.filter = (1...run.filter.count).map { Float($0) }
        run.outputGradient = run.outputGradient.map { _ in 1 }
        let found = FusedRun<Float>(
            known.geometry, images: 1, epilogue: ConvolutionEpilogue(), precision: .bfloat16, tiles: .best
        )
        .results(of: run)
        #expect(found.output == known.output)
        #expect(found.inputGradient == known.inputGradient)
        #expect(found.filterGradient == known.filterGradient)
    }

    @Test(arguments: convolutions.indices) func everyInstructionSetMakesTheSameBits(index: Int) {
        let (geometry, epilogue, images) = Self.convolutions[index]
        let run = ConvolutionRun<Float>.normal(geometry, images: images, seed: 3)
        let results = TileSet.available.map { tiles in
            FusedRun<Float>(geometry, images: images, epilogue: epilogue, precision: .bfloat16, tiles: tiles)
                .results(of: run)
        }
        for (tiles, found) in zip(TileSet.available, results) {
            var found = found
            // Behind a pooling the filter's gradient is made in float32, which has no such promise. Bias gradients are sums
            // of float32 in any case.
            if epilogue.pools { found.filterGradient = results[0].filterGradient }
            found.biasGradient = results[0].biasGradient
            let isSame = found == results[0]
            #expect(isSame, "\(tiles)")
        }
    }

    @Test(arguments: convolutions.indices) func threadsDoNotChangeBits(index: Int) {
        let (geometry, epilogue, images) = Self.convolutions[index]
        let run = ConvolutionRun<Float>.normal(geometry, images: images, seed: 4)
        let results = (1...4).map { threads in
            FusedRun<Float>(
                geometry, images: images, epilogue: epilogue, precision: .bfloat16, tiles: .best, threads: threads
            )
            .results(of: run)
        }
        let areSame = results.allSatisfy { $0 == results[0] }
        #expect(areSame)
    }

    /// Each operand is off by at most 2⁻⁸ of itself, so a product by 2⁻⁷ and a little, and a sum by as much of the sum of its
    /// products' magnitudes; adding up in float32 adds far less.
    @Test(arguments: convolutions.indices) func errorIsBounded(index: Int) {
        let (geometry, _, images) = Self.convolutions[index]
        let run = ConvolutionRun<Float>.normal(geometry, images: images, seed: 5)
        var magnitudes = run
        magnitudes.input = run.input.map(abs)
        magnitudes.filter = run.filter.map(abs)
        magnitudes.outputGradient = run.outputGradient.map(abs)
        let pool = WorkerPool(threads: 2)
        let found = FusedRun<Float>(
            geometry, images: images, epilogue: ConvolutionEpilogue(), precision: .bfloat16, tiles: .best
        )
        .results(of: run)
        func expectBounded(_ found: [Float], _ exact: [Float], _ magnitudes: [Float]) {
            var worst: Float = 0
            for (index, value) in found.enumerated() {
                worst = max(worst, abs(value - exact[index]) / magnitudes[index])
            }
            #expect(worst < 0x1p-7 * 1.01)
            // And products are not made in float32.
            #expect(worst > 0x1p-14)
        }
        expectBounded(
            found.output, run.output(.naive, pool: pool), magnitudes.output(.naive, usesBias: false, pool: pool))
        expectBounded(
            found.inputGradient, run.inputGradient(.naive, pool: pool), magnitudes.inputGradient(.naive, pool: pool))
        expectBounded(
            found.filterGradient, run.gradients(.naive, pool: pool).filter,
            magnitudes.gradients(.naive, pool: pool).filter)
    }
}
