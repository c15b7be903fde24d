import ApusKernels
import ApusParallel
import Testing

/// Geometries that cover padding × stride × dilation × groups × channels × kernels, on odd and even, square and oblong
/// images.
let coveringGeometries: [ConvolutionGeometry] = {
    let paddings: [Padding] = [
        .valid, .same, .explicit(top: 1, bottom: 1, left: 1, right: 1), .explicit(top: 0, bottom: 3, left: 2, right: 1),
    ]
    let kernels = [Size2D(1), Size2D(3), Size2D(height: 2, width: 4), Size2D(height: 5, width: 1)]
    let strides = [Size2D(1), Size2D(2), Size2D(height: 1, width: 3)]
    let dilations = [Size2D(1), Size2D(height: 2, width: 2)]
    let channels = [(1, 1, 1), (3, 5, 1), (4, 6, 2), (6, 3, 3), (5, 5, 5), (4, 8, 4), (17, 33, 1)]
    let inputs = [
        Size2D(9), Size2D(height: 10, width: 13), Size2D(height: 13, width: 11), Size2D(height: 9, width: 16),
    ]
    var all: [ConvolutionGeometry] = []
    for padding in paddings {
        for kernel in kernels {
            for stride in strides {
                for dilation in dilations {
                    for (input, output, groups) in channels {
                        all.append(
                            ConvolutionGeometry(
                                input: inputs[all.count % inputs.count], inputChannels: input, outputChannels: output,
                                kernel: kernel, stride: stride, dilation: dilation, padding: padding, groups: groups))
                    }
                }
            }
        }
    }
    return all
}()

@Suite struct ConvolutionPropertyTests {
    @Test func coversManyGeometries() {
        #expect(coveringGeometries.count >= 600)
        #expect(Set(coveringGeometries).count == coveringGeometries.count)
    }

    /// Small integers make every sum exact, so all algorithms agree to the bit in all directions.
    @Test(arguments: 0..<24) func algorithmsAgreeExactly(part: Int) {
        let pool = WorkerPool(threads: 2)
        for index in stride(from: part, to: coveringGeometries.count, by: 24) {
            let geometry = coveringGeometries[index]
            let run = ConvolutionRun<Float>.integers(geometry, images: 1 + index % 3, seed: UInt64(index))
            for algorithm in ConvolutionAlgorithm.allCases where algorithm != .naive {
                // WinogradTests bounds its errors.
                if algorithm.serving(geometry) == .winograd { continue }
                #expect(run.output(algorithm, pool: pool) == run.output(.naive, pool: pool), "\(geometry)")
                #expect(
                    run.output(algorithm, usesBias: false, pool: pool)
                        == run.output(.naive, usesBias: false, pool: pool), "\(geometry)")
                #expect(
                    run.inputGradient(algorithm, pool: pool) == run.inputGradient(.naive, pool: pool), "\(geometry)")
                #expect(run.gradients(algorithm, pool: pool) == run.gradients(.naive, pool: pool), "\(geometry)")
            }
        }
    }

    /// Shapes large enough to be cut into tiles, blocks of rows, shards of pixels and of taps.
    static let large: [(ConvolutionGeometry, Int)] = [
        (ConvolutionGeometry(input: 32, inputChannels: 3, outputChannels: 32, kernel: 3), 4),
        (ConvolutionGeometry(input: 15, inputChannels: 32, outputChannels: 64, kernel: 3), 5),
        (ConvolutionGeometry(input: 6, inputChannels: 64, outputChannels: 128, kernel: 3), 33),
        (ConvolutionGeometry(input: 6, inputChannels: 64, outputChannels: 128, kernel: 3), 1),
        (ConvolutionGeometry(input: 64, inputChannels: 16, outputChannels: 24, kernel: 5, padding: .same), 1),
        (
            ConvolutionGeometry(input: 61, inputChannels: 16, outputChannels: 24, kernel: 3, stride: 2, padding: .same),
            2
        ),
        (ConvolutionGeometry(input: 40, inputChannels: 24, outputChannels: 48, kernel: 1), 2),
        (ConvolutionGeometry(input: 40, inputChannels: 24, outputChannels: 48, kernel: 1, stride: 2), 2),
        (
            ConvolutionGeometry(
                input: 33, inputChannels: 48, outputChannels: 48, kernel: 3, padding: .same, groups: 48), 3
        ),
        (ConvolutionGeometry(input: 33, inputChannels: 32, outputChannels: 64, kernel: 3, dilation: 3, groups: 4), 2),
        (
            ConvolutionGeometry(
                input: Size2D(height: 1, width: 9000), inputChannels: 8, outputChannels: 8,
                kernel: Size2D(height: 1, width: 9)), 1
        ),
        (ConvolutionGeometry(input: 12, inputChannels: 96, outputChannels: 300, kernel: 3, padding: .same), 1),
    ]

    @Test(arguments: large.indices) func largeShapesAgreeExactly(index: Int) {
        let (geometry, images) = Self.large[index]
        expectAgreement(of: ConvolutionRun<Float>.integers(geometry, images: images, seed: 7))
    }

    @Test(arguments: large.indices) func doublesAgreeExactly(index: Int) {
        let (geometry, _) = Self.large[index]
        expectAgreement(of: ConvolutionRun<Double>.integers(geometry, images: 1, seed: 8))
    }

    private func expectAgreement<Scalar>(of run: ConvolutionRun<Scalar>) {
        let pool = WorkerPool(threads: 2)
        let output = run.output(.naive, pool: pool)
        let inputGradient = run.inputGradient(.naive, pool: pool)
        let gradients = run.gradients(.naive, pool: pool)
        for algorithm in ConvolutionAlgorithm.allCases where algorithm != .naive {
            if algorithm.serving(run.geometry) == .winograd { continue }
            #expect(run.output(algorithm, pool: pool) == output, "\(algorithm)")
            #expect(run.inputGradient(algorithm, pool: pool) == inputGradient, "\(algorithm)")
            #expect(run.gradients(algorithm, pool: pool) == gradients, "\(algorithm)")
        }
    }

    /// A plan places one workspace for its batch size and runs smaller batches in it.
    @Test(arguments: large.indices) func workspaceServesSmallerBatches(index: Int) {
        let (geometry, _) = Self.large[index]
        for direction in ConvolutionDirection.allCases {
            var most = 0
            for images in 1...70 {
                let count = Convolution.workspaceCount(
                    geometry, images: images, direction: direction, algorithm: .blas, threads: 2)
                #expect(count >= most, "\(direction), \(images) images")
                most = max(most, count)
            }
        }
    }

    @Test(arguments: large.indices) func threadsDoNotChangeBits(index: Int) {
        let (geometry, images) = Self.large[index]
        let run = ConvolutionRun<Float>.normal(geometry, images: images, seed: 9)
        #expect(bitsAreTheSame(run, .blas))
        #expect(bitsAreTheSame(run, .fused))
        #expect(bitsAreTheSame(run, .winograd))
    }
}

/// Whether 1, 2, 3 and 4 threads make the same bits in all directions.
func bitsAreTheSame(_ run: ConvolutionRun<Float>, _ algorithm: ConvolutionAlgorithm) -> Bool {
    let results = (1...4).map { threads in
        let pool = WorkerPool(threads: threads)
        let gradients = run.gradients(algorithm, pool: pool)
        return
            (run.output(algorithm, pool: pool) + run.inputGradient(algorithm, pool: pool) + gradients.filter
            + gradients.bias)
            .map(\.bitPattern)
    }
    return results.allSatisfy { $0 == results[0] }
}
