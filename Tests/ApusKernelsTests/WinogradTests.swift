import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors
import Testing

/// Winograd's convolutions against the plain kernels, in both tile sizes and every instruction set.
///
/// Their errors are bounded relative to the largest sum of products' magnitudes, `ε · max Σ |x · w|`: transforms add and
/// subtract numbers of a whole tile.
@Suite struct WinogradTests {
    static let geometries: [(ConvolutionGeometry, images: Int)] =
        coveringGeometries.filter { WinogradConvolution<Float>.suits($0) }.map { ($0, 2) } + [
            (ConvolutionGeometry(input: 15, inputChannels: 32, outputChannels: 64, kernel: 3), 5),
            (ConvolutionGeometry(input: 6, inputChannels: 64, outputChannels: 128, kernel: 3), 33),
            (ConvolutionGeometry(input: 32, inputChannels: 16, outputChannels: 48, kernel: 3, padding: .same), 2),
            (ConvolutionGeometry(input: 12, inputChannels: 96, outputChannels: 300, kernel: 3, padding: .same), 1),
            (ConvolutionGeometry(input: 3, inputChannels: 1, outputChannels: 1, kernel: 3), 1),
            // More channels than a transform takes at a time, on either side.
            (ConvolutionGeometry(input: 5, inputChannels: 541, outputChannels: 6, kernel: 3, padding: .same), 1),
            (ConvolutionGeometry(input: 5, inputChannels: 6, outputChannels: 1030, kernel: 3, padding: .same), 2),
            (
                ConvolutionGeometry(
                    input: Size2D(height: 5, width: 200), inputChannels: 8, outputChannels: 17, kernel: 3,
                    padding: .explicit(top: 5, bottom: 0, left: 3, right: 4)), 2
            ),
        ]

    @Test func coversPaddingsAndOddChannels() {
        #expect(Self.geometries.count >= 12)
    }

    @Test(arguments: TileSet.available, [2, 4]) func errorsAreBounded(tiles: TileSet, m: Int) {
        for (index, (geometry, images)) in Self.geometries.enumerated() {
            expectBounded(ConvolutionRun<Float>.normal(geometry, images: images, seed: UInt64(index)), m, tiles)
        }
    }

    @Test(arguments: [2, 4]) func doublesHaveErrorsOfDoubles(m: Int) {
        for (index, (geometry, _)) in Self.geometries.enumerated() {
            expectBounded(ConvolutionRun<Double>.normal(geometry, images: 1, seed: UInt64(index)), m, .best)
        }
    }

    /// Operands of bfloat16 have 8 bits of significand. With one more image there is one that shares its words with none.
    @Test(arguments: TileSet.available, [2, 4]) func errorsOfBFloat16AreBounded(tiles: TileSet, m: Int) {
        for (index, (geometry, images)) in Self.geometries.enumerated() {
            let run = ConvolutionRun<Float>.normal(geometry, images: images + 1, seed: UInt64(index))
            expectBounded(run, m, tiles, .bfloat16)
        }
    }

    private func expectBounded<Scalar: BLASScalar>(
        _ run: ConvolutionRun<Scalar>, _ m: Int, _ tiles: TileSet, _ precision: Precision = .float32
    ) {
        let pool = WorkerPool(threads: 2)
        var magnitudes = run
        magnitudes.input = run.input.map(abs)
        magnitudes.filter = run.filter.map(abs)
        magnitudes.bias = run.bias.map(abs)
        magnitudes.outputGradient = run.outputGradient.map(abs)
        let bound = WinogradConvolution<Scalar>.errorBound(m: m)
        let found = WinogradRun<Scalar>(
            run.geometry, images: run.images, epilogue: ConvolutionEpilogue(), precision: precision, m: m, tiles: tiles)
        let ulp: Scalar = precision == .bfloat16 ? 1 / 128 : Scalar.ulpOfOne
        let filterGradient = found.filterGradient(of: run, output: [], taps: [])
        let exactGradient = run.gradients(.naive, pool: pool)
        let gradientMagnitude = magnitudes.gradients(.naive, pool: pool)
        for (found, exact, magnitude) in [
            (filterGradient.filter, exactGradient.filter, gradientMagnitude.filter),
            (filterGradient.bias, exactGradient.bias, gradientMagnitude.bias),
            (found.output(of: run).output, run.output(.naive, pool: pool), magnitudes.output(.naive, pool: pool)),
            (
                found.inputGradient(of: run, output: [], taps: []), run.inputGradient(.naive, pool: pool),
                magnitudes.inputGradient(.naive, pool: pool)
            ),
        ] {
            let largest = magnitude.max() ?? 0
            let worst = zip(found, exact).map { abs($0 - $1) }.max().map { $0 / (ulp * largest) } ?? 0
            #expect(worst < bound, "F(\(m)×\(m)) \(run.geometry), \(precision)")
        }
    }

    /// ReLU and pooling in the same pass as one after the other, forward and backward.
    @Test(arguments: TileSet.available, [2, 4]) func foldsInWhatFollows(tiles: TileSet, m: Int) {
        let pool = WorkerPool(threads: 2)
        for (index, (geometry, images)) in Self.geometries.enumerated() where geometry.output.area >= 4 {
            for pools in [false, true] where !pools || min(geometry.output.height, geometry.output.width) >= 2 {
                let epilogue = ConvolutionEpilogue(rectifies: true, pools: pools)
                var run = ConvolutionRun<Float>.normal(geometry, images: images, seed: UInt64(index))
                let folded = WinogradRun<Float>(geometry, images: images, epilogue: epilogue, m: m, tiles: tiles)
                // A line or column that no window takes makes other tiles and so other sums.
                let cropped = folded.convolution.geometry
                let plain = WinogradRun<Float>(
                    cropped, images: images, epilogue: ConvolutionEpilogue(), m: m, tiles: tiles)
                var expected = plain.output(of: run).output.map { max($0, 0) }
                var gradient = run.outputGradient
                var argmax: [Int32] = []
                if pools {
                    let pooling = PoolingGeometry(input: cropped.output, channels: geometry.outputChannels, window: 2)
                    let full = expected
                    expected = [Float](repeating: .nan, count: pooling.outputShape(images: images).count)
                    argmax = [Int32](repeating: -1, count: expected.count)
                    MaxPooling.forward(
                        pooling, images: images, input: full, output: &expected, argmax: &argmax, pool: pool)
                    var slopes = run.outputGradient
                    for index in expected.indices where expected[index] <= 0 { slopes[index] = 0 }
                    var inside = [Float](repeating: .nan, count: full.count)
                    MaxPooling.backward(
                        pooling, images: images, outputGradient: slopes, argmax: argmax, inputGradient: &inside,
                        pool: pool)
                    gradient = widened(inside, from: cropped, to: geometry)
                } else {
                    for index in expected.indices where expected[index] <= 0 { gradient[index] = 0 }
                }
                let found = folded.output(of: run)
                #expect(found.output == expected, "\(epilogue) \(geometry)")
                let inputGradient = folded.inputGradient(of: run, output: found.output, taps: found.taps)
                let gradients = folded.filterGradient(of: run, output: found.output, taps: found.taps)
                run.outputGradient = gradient
                let exact = run.inputGradient(.naive, pool: pool)
                var magnitudes = run
                magnitudes.filter = run.filter.map(abs)
                magnitudes.outputGradient = gradient.map(abs)
                let magnitude = magnitudes.inputGradient(.naive, pool: pool)
                let bound = WinogradConvolution<Float>.errorBound(m: m) * Float.ulpOfOne * (magnitude.max() ?? 0)
                let isBounded = zip(inputGradient, exact).allSatisfy { abs($0 - $1) <= bound }
                #expect(isBounded, "\(epilogue) \(geometry)")

                magnitudes.input = run.input.map(abs)
                let (exactly, largest) = (run.gradients(.naive, pool: pool), magnitudes.gradients(.naive, pool: pool))
                for part in [\ConvolutionRun<Float>.Gradients.filter, \.bias] {
                    let scale = Float.ulpOfOne * (largest[keyPath: part].max() ?? 0)
                    let isBounded = zip(gradients[keyPath: part], exactly[keyPath: part]).allSatisfy {
                        abs($0 - $1) <= WinogradConvolution<Float>.errorBound(m: m) * scale
                    }
                    #expect(isBounded, "\(epilogue) \(geometry)")
                }
            }
        }
    }

    /// Outputs of a cropped geometry at their places in the whole one, zeros beside them.
    private func widened(
        _ values: [Float], from cropped: ConvolutionGeometry, to geometry: ConvolutionGeometry
    ) -> [Float] {
        let (row, wholeRow) = (
            cropped.output.width * cropped.outputChannels, geometry.output.width * geometry.outputChannels
        )
        let (lines, wholeLines) = (cropped.output.height, geometry.output.height)
        var whole = [Float](repeating: 0, count: values.count / (lines * row) * wholeLines * wholeRow)
        for line in 0..<values.count / row {
            let (image, y) = line.quotientAndRemainder(dividingBy: lines)
            let start = (image * wholeLines + y) * wholeRow
            whole.replaceSubrange(start..<start + row, with: values[line * row..<(line + 1) * row])
        }
        return whole
    }

    @Test func servesSmallerBatches() {
        for (geometry, _) in Self.geometries {
            for m in [2, 4] {
                let large = WinogradRun<Float>(
                    geometry, images: 23, epilogue: ConvolutionEpilogue(rectifies: true), m: m, tiles: .best)
                for images in [1, 2, 7, 22] {
                    let run = ConvolutionRun<Float>.normal(geometry, images: images, seed: 7)
                    let small = WinogradRun<Float>(
                        geometry, images: images, epilogue: ConvolutionEpilogue(rectifies: true), m: m, tiles: .best)
                    let output = large.output(of: run).output
                    #expect(output == small.output(of: run).output)
                    #expect(
                        large.inputGradient(of: run, output: output, taps: [])
                            == small.inputGradient(of: run, output: output, taps: []))
                    #expect(
                        large.filterGradient(of: run, output: output, taps: [])
                            == small.filterGradient(of: run, output: output, taps: []))
                }
            }
        }
    }

    @Test func refusesOtherConvolutions() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = WinogradConvolution<Float>(
                ConvolutionGeometry(input: 9, inputChannels: 1, outputChannels: 1, kernel: 3, stride: 2), images: 1)
        }
        expect(result, "expected 3×3 taps, stride and dilation 1")
    }
}

/// Runs a convolution with destinations of NaN and a workspace of exactly the size that is asked for.
private struct WinogradRun<Scalar: BLASScalar> {
    let convolution: WinogradConvolution<Scalar>
    let pool = WorkerPool(threads: 2)

    init(
        _ geometry: ConvolutionGeometry, images: Int, epilogue: ConvolutionEpilogue, precision: Precision = .float32,
        m: Int, tiles: TileSet
    ) {
        convolution = WinogradConvolution(
            geometry, images: images, epilogue: epilogue, precision: precision, m: m, tiles: tiles)
    }

    func output(of run: ConvolutionRun<Scalar>) -> (output: [Scalar], taps: [Int8]) {
        let pools = convolution.epilogue.pools
        let count = convolution.geometry.outputShape(images: run.images).count / (pools ? 4 : 1)
        var output = [Scalar](repeating: .nan, count: count)
        var taps = [Int8](repeating: -1, count: count)
        taps.withUnsafeMutableBufferPointer { taps in
            withWorkspace(.forward) {
                convolution.forward(
                    images: run.images, input: run.input, filter: run.filter, bias: run.bias, output: &output,
                    taps: pools ? taps.baseAddress : nil, workspace: $0, pool: pool)
            }
        }
        return (output, taps)
    }

    func inputGradient(of run: ConvolutionRun<Scalar>, output: [Scalar], taps: [Int8]) -> [Scalar] {
        var gradient = [Scalar](repeating: .nan, count: run.input.count)
        withOutputGradient(run, output, taps) { outputGradient in
            withWorkspace(.inputGradient) {
                convolution.inputGradient(
                    images: run.images, outputGradient: outputGradient, filter: run.filter, inputGradient: &gradient,
                    workspace: $0, pool: pool)
            }
        }
        return gradient
    }

    func filterGradient(
        of run: ConvolutionRun<Scalar>, output: [Scalar], taps: [Int8]
    ) -> ConvolutionRun<Scalar>.Gradients {
        var gradients = ConvolutionRun<Scalar>.Gradients(
            filter: [Scalar](repeating: .nan, count: run.filter.count),
            bias: [Scalar](repeating: .nan, count: run.bias.count))
        withOutputGradient(run, output, taps) { outputGradient in
            withWorkspace(.filterGradient) {
                convolution.filterGradient(
                    images: run.images, input: run.input, outputGradient: outputGradient,
                    filterGradient: &gradients.filter, biasGradient: &gradients.bias, workspace: $0, pool: pool)
            }
        }
        return gradients
    }

    private func withOutputGradient(
        _ run: ConvolutionRun<Scalar>, _ output: [Scalar], _ taps: [Int8], _ body: (OutputGradient<Scalar>) -> Void
    ) {
        let epilogue = convolution.epilogue
        run.outputGradient.withUnsafeBufferPointer { slopes in
            output.withUnsafeBufferPointer { output in
                taps.withUnsafeBufferPointer { taps in
                    guard let slopes = slopes.baseAddress else { return }
                    body(
                        OutputGradient(
                            slopes, rectified: epilogue.rectifies ? output.baseAddress : nil,
                            taps: epilogue.pools ? taps.baseAddress : nil))
                }
            }
        }
    }

    private func withWorkspace(_ direction: ConvolutionDirection, _ body: (UnsafeMutablePointer<Scalar>) -> Void) {
        let count = convolution.workspaceCount(direction, threads: pool.threads)
        var workspace = [Scalar](repeating: .nan, count: count) + [Scalar](repeating: 12345, count: 64)
        workspace.withUnsafeMutableBufferPointer { buffer in
            if let start = buffer.baseAddress { body(start) }
        }
        require(workspace.suffix(64).allSatisfy { $0 == 12345 }, "\(direction) writes behind its workspace")
    }
}
