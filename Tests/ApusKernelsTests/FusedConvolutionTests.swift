import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors
import Testing

/// Fused convolutions in every instruction set that this processor runs, with what is folded into them, against the plain
/// kernels one after the other. Operands are small integers, so that all sums are exact.
@Suite struct FusedConvolutionTests {
    /// Geometries whose windows of 2×2 can be pooled in the same pass: no padding.
    static let poolable: [(ConvolutionGeometry, Int)] = [
        (ConvolutionGeometry(input: 32, inputChannels: 3, outputChannels: 32, kernel: 3), 3),
        (ConvolutionGeometry(input: 15, inputChannels: 32, outputChannels: 64, kernel: 3), 2),
        (ConvolutionGeometry(input: 6, inputChannels: 24, outputChannels: 40, kernel: 3), 13),
        (ConvolutionGeometry(input: 11, inputChannels: 5, outputChannels: 7, kernel: 2, stride: 2), 2),
        (ConvolutionGeometry(input: 9, inputChannels: 6, outputChannels: 21, kernel: 3, groups: 3), 2),
        (ConvolutionGeometry(input: 40, inputChannels: 4, outputChannels: 9, kernel: 2, dilation: 3), 1),
        (
            ConvolutionGeometry(
                input: Size2D(height: 4, width: 70), inputChannels: 3, outputChannels: 33,
                kernel: Size2D(height: 1, width: 2)), 2
        ),
    ]

    /// Geometries with padding, whose border sees fewer taps.
    static let padded: [(ConvolutionGeometry, Int)] = [
        (ConvolutionGeometry(input: 8, inputChannels: 16, outputChannels: 48, kernel: 3, padding: .same), 5),
        (ConvolutionGeometry(input: 7, inputChannels: 3, outputChannels: 10, kernel: 5, stride: 2, padding: .same), 4),
        (ConvolutionGeometry(input: 2, inputChannels: 4, outputChannels: 4, kernel: 5, padding: .same), 3),
        (
            ConvolutionGeometry(
                input: 5, inputChannels: 2, outputChannels: 3, kernel: 2, stride: 3,
                padding: .explicit(top: 4, bottom: 3, left: 5, right: 0)), 3
        ),
        (
            ConvolutionGeometry(
                input: 9, inputChannels: 4, outputChannels: 6, kernel: 3, stride: 2, dilation: 2, padding: .same,
                groups: 2), 3
        ),
    ]

    @Test(arguments: TileSet.available, Precision.allCases)
    func agreesInFloat(tiles: TileSet, precision: Precision) {
        for (geometry, images) in Self.poolable + Self.padded {
            expectAgreement(ConvolutionRun<Float>.integers(geometry, images: images, seed: 5), precision, tiles)
        }
    }

    @Test(arguments: TileSet.available) func agreesInDouble(tiles: TileSet) {
        for (geometry, images) in Self.poolable + Self.padded {
            expectAgreement(ConvolutionRun<Double>.integers(geometry, images: images, seed: 6), .float32, tiles)
        }
    }

    /// A batch smaller than the one that tables and workspace were made for.
    @Test(arguments: Precision.allCases) func servesSmallerBatches(precision: Precision) {
        for (geometry, _) in Self.poolable + Self.padded {
            let fused = FusedRun<Float>(
                geometry, images: 23, epilogue: ConvolutionEpilogue(rectifies: true), precision: precision, tiles: .best
            )
            for images in [1, 2, 7, 22] {
                let run = ConvolutionRun<Float>.integers(geometry, images: images, seed: 7)
                #expect(fused.results(of: run) == plainResults(run, ConvolutionEpilogue(rectifies: true)))
            }
        }
    }

    /// Σ y and Σ y² by channel, of what is written: behind ReLU and pooling. Integers, so exact in any order.
    @Test(arguments: TileSet.available, Precision.allCases)
    func addsUpByChannel(tiles: TileSet, precision: Precision) {
        let pool = WorkerPool(threads: 2)
        for (geometry, most) in Self.poolable + Self.padded {
            for (pools, rectifies) in [(false, false), (false, true), (true, true)] {
                var epilogue = ConvolutionEpilogue(rectifies: rectifies, pools: pools)
                if !FusedConvolution<Float>.canFuse(epilogue, into: geometry) { continue }
                epilogue.addsUp = true
                let fused = FusedConvolution<Float>(
                    geometry, images: most, epilogue: epilogue, precision: precision, tiles: tiles)
                for images in Set([1, max(1, most - 1), most]) {
                    let run = ConvolutionRun<Float>.integers(geometry, images: images, seed: 11)
                    let channels = geometry.outputChannels
                    let count = fused.geometry.outputShape(images: images).count / (pools ? 4 : 1)
                    var output = [Float](repeating: .nan, count: count)
                    var sums = [Float](repeating: .nan, count: 2 * channels)
                    var workspace = [Float](repeating: .nan, count: fused.workspaceCount(.forward, threads: 2))
                    fused.forward(
                        images: images, input: run.input, filter: run.filter, bias: run.bias, output: &output,
                        sums: &sums, workspace: &workspace, pool: pool)
                    var expected = [Float](repeating: 0, count: 2 * channels)
                    for (index, value) in output.enumerated() {
                        expected[index % channels] += value
                        expected[channels + index % channels] += value * value
                    }
                    #expect(sums == expected, "\(epilogue) \(geometry)")
                }
            }
        }
    }

    private func expectAgreement<Scalar: BLASScalar>(
        _ run: ConvolutionRun<Scalar>, _ precision: Precision, _ tiles: TileSet
    ) {
        for rectifies in [false, true] {
            for pools in [false, true] {
                let epilogue = ConvolutionEpilogue(rectifies: rectifies, pools: pools)
                let isPossible = FusedConvolution<Scalar>.canFuse(epilogue, into: run.geometry)
                #expect(isPossible == (!pools || run.geometry.padding == .valid), "\(run.geometry)")
                if !isPossible { continue }
                let fused = FusedRun<Scalar>(
                    run.geometry, images: run.images, epilogue: epilogue, precision: precision, tiles: tiles)
                let (found, expected) = (fused.results(of: run), plainResults(run, epilogue))
                #expect(found.output == expected.output, "\(epilogue) \(run.geometry)")
                #expect(found.inputGradient == expected.inputGradient, "\(epilogue) \(run.geometry)")
                #expect(found.filterGradient == expected.filterGradient, "\(epilogue) \(run.geometry)")
                #expect(found.biasGradient == expected.biasGradient, "\(epilogue) \(run.geometry)")
            }
        }
    }

    /// The first of equal maxima wins, NaN wins over numbers and passes a ReLU.
    @Test(arguments: TileSet.available) func poolsAsMaxPoolingDoes(tiles: TileSet) {
        let geometry = ConvolutionGeometry(input: 2, inputChannels: 1, outputChannels: 17, kernel: 1)
        let fused = FusedConvolution<Float>(
            geometry, images: 5, epilogue: ConvolutionEpilogue(rectifies: true, pools: true), tiles: tiles)
        let images: [[Float]] = [
            [1, 3, 3, 2], [-1, -2, -3, -4], [1, .nan, 5, .nan], [.nan, 1, 2, 3], [0, 0, 0, 7],
        ]
        let filter = [Float](repeating: 1, count: 17)
        var output = [Float](repeating: .infinity, count: 5 * 17)
        var taps = [Int8](repeating: -1, count: 5 * 17)
        var workspace = [Float](repeating: .nan, count: fused.workspaceCount(.forward, threads: 1))
        fused.forward(
            images: 5, input: images.flatMap(\.self), filter: filter, bias: nil, output: &output, taps: &taps,
            workspace: &workspace, pool: WorkerPool(threads: 1))
        for channel in 0..<17 {
            let values = (0..<5).map { output[$0 * 17 + channel] }
            #expect(values[0] == 3 && values[1] == 0 && values[2].isNaN && values[3].isNaN && values[4] == 7)
            // Of two NaNs the last one stays, as in MaxPooling.
            #expect((0..<5).map { taps[$0 * 17 + channel] } == [1, 0, 3, 0, 3])
        }
    }
}

/// The same by plain kernels, one after the other.
private func plainResults<Scalar: BLASScalar>(
    _ run: ConvolutionRun<Scalar>, _ epilogue: ConvolutionEpilogue
) -> FusedResults<Scalar> {
    let pool = WorkerPool(threads: 1)
    var run = run
    var output = run.output(.naive, pool: pool)
    let count = output.count
    if epilogue.rectifies {
        output.withUnsafeMutableBufferPointer {
            guard let y = $0.baseAddress else { return }
            RectifiedLinear.forward(count: count, input: y, output: y, pool: pool)
        }
    }
    var gradient = run.outputGradient
    var result = output
    if epilogue.pools {
        let pooling = PoolingGeometry(input: run.geometry.output, channels: run.geometry.outputChannels, window: 2)
        result = [Scalar](repeating: .nan, count: pooling.outputShape(images: run.images).count)
        var argmax = [Int32](repeating: -1, count: result.count)
        MaxPooling.forward(
            pooling, images: run.images, input: output, output: &result, argmax: &argmax, pool: pool)
        MaxPooling.backward(
            pooling, images: run.images, outputGradient: run.outputGradient, argmax: argmax, inputGradient: &gradient,
            pool: pool)
    }
    if epilogue.rectifies {
        let slopes = gradient
        RectifiedLinear.backward(
            count: count, output: output, outputGradient: slopes, inputGradient: &gradient, pool: pool)
    }
    run.outputGradient = gradient
    let gradients = run.gradients(.naive, pool: pool)
    return FusedResults(
        output: result, inputGradient: run.inputGradient(.naive, pool: pool), filterGradient: gradients.filter,
        biasGradient: gradients.bias)
}
