import ApusKernels
import Testing

@Suite struct GeometryTests {
    /// Output sizes and padding of Keras 3 (`keras.ops.conv`).
    @Test(arguments: [
        (input: 32, kernel: 3, stride: 1, dilation: 1, output: 32, before: 1), (32, 3, 2, 1, 16, 0),
        (33, 3, 2, 1, 17, 1), (31, 2, 1, 1, 31, 0), (7, 5, 3, 1, 3, 2), (8, 3, 1, 2, 8, 2), (5, 1, 2, 1, 3, 0),
        (4, 2, 4, 1, 1, 0),
    ])
    func samePadding(input: Int, kernel: Int, stride: Int, dilation: Int, output: Int, before: Int) {
        let geometry = ConvolutionGeometry(
            input: Size2D(input), inputChannels: 1, outputChannels: 1, kernel: Size2D(kernel), stride: Size2D(stride),
            dilation: Size2D(dilation), padding: .same)
        #expect(geometry.output == Size2D(output))
        #expect(geometry.padTop == before)
        #expect(geometry.padLeft == before)
    }

    @Test func quantities() {
        let geometry = ConvolutionGeometry(
            input: Size2D(height: 15, width: 17), inputChannels: 32, outputChannels: 64, kernel: 3, groups: 2)
        #expect(geometry.output == Size2D(height: 13, width: 15))
        #expect(geometry.patchSize == 144)
        #expect(geometry.product(images: 2) == (m: 390, n: 32, k: 144))
        #expect(geometry.flops(images: 2) == 2 * 390 * 64 * 144)
        #expect(geometry.filterShape == [3, 3, 16, 64])
        #expect(geometry.inputShape(images: 2) == [2, 15, 17, 32])
        #expect(geometry.outputShape(images: 2) == [2, 13, 15, 64])
        #expect(!geometry.isDepthwise)
    }

    @Test func automaticChoiceFollowsTheProcessor() {
        let geometry = ConvolutionGeometry(input: 8, inputChannels: 8, outputChannels: 8, kernel: 3)
        for direction in ConvolutionDirection.allCases {
            #expect(
                AlgorithmChoice.auto.algorithm(for: geometry, direction: direction, images: 1)
                    == (TileSet.best.isFast ? .fused : .blas))
            #expect(AlgorithmChoice.naive.algorithm(for: geometry, direction: direction, images: 1) == .naive)
        }
    }

    /// Winograd's convolutions where they take far fewer multiply-adds and there are tiles enough, never elsewhere.
    @Test func automaticChoiceWeighsWinograd() {
        guard TileSet.best.isFast else { return }
        func choice(_ geometry: ConvolutionGeometry, _ images: Int) -> [ConvolutionAlgorithm] {
            ConvolutionDirection.allCases.map {
                AlgorithmChoice.auto.algorithm(for: geometry, direction: $0, images: images)
            }
        }
        let deep = ConvolutionGeometry(input: 16, inputChannels: 256, outputChannels: 256, kernel: 3, padding: .same)
        #expect(choice(deep, 64) == [.winograd, .winograd, .winograd])
        // The fused kernel sums over a quarter of the pixels where a pooling follows.
        let unpadded = ConvolutionGeometry(input: 18, inputChannels: 256, outputChannels: 256, kernel: 3)
        #expect(choice(unpadded, 64) == [.winograd, .winograd, .fused])
        #expect(choice(deep, 1) == [.fused, .fused, .fused])
        // Each gradient of a pixel of 6×6 sees a quarter of the taps on average.
        let small = ConvolutionGeometry(input: 6, inputChannels: 64, outputChannels: 128, kernel: 3)
        #expect(choice(small, 64) == [.winograd, .fused, .fused])
        let shallow = ConvolutionGeometry(input: 32, inputChannels: 3, outputChannels: 32, kernel: 3)
        #expect(choice(shallow, 64) == [.fused, .blas, .fused])
        let strided = ConvolutionGeometry(
            input: 16, inputChannels: 256, outputChannels: 256, kernel: 3, stride: 2, padding: .same)
        #expect(choice(strided, 64) == [.fused, .fused, .fused])
    }

    @Test func poolingSizes() {
        #expect(PoolingGeometry(input: 13, channels: 1, window: 2).output == 6)
        #expect(PoolingGeometry(input: 13, channels: 1, window: 2, padding: .same).output == 7)
        #expect(PoolingGeometry(input: 13, channels: 1, window: 3, stride: 1, padding: .same).output == 13)
    }

    // MARK: Mistakes

    @Test func kernelLargerThanInput() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ConvolutionGeometry(input: 4, inputChannels: 1, outputChannels: 1, kernel: 3, dilation: 2)
        }
        expect(
            result, "Convolution: kernel 3×3 with dilation 2×2 spans 5×5, more than input 4×4 with padding valid")
    }

    @Test func groupsThatDoNotDivide() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ConvolutionGeometry(input: 4, inputChannels: 4, outputChannels: 6, kernel: 3, groups: 4)
        }
        expect(result, "Convolution: 4 groups do not divide 4 input and 6 output channels")
    }

    @Test func negativeStride() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = ConvolutionGeometry(input: 4, inputChannels: 4, outputChannels: 6, kernel: 3, stride: -1)
        }
        expect(result, "Convolution: stride is -1×-1, expected at least 1×1")
    }

    @Test func negativePadding() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let padding = Padding.explicit(top: 0, bottom: -1, left: 0, right: 0)
            _ = ConvolutionGeometry(input: 4, inputChannels: 4, outputChannels: 6, kernel: 3, padding: padding)
        }
        expect(result, "Convolution: padding is [0, -1, 0, 0] (top, bottom, left, right), expected none negative")
    }

    @Test func noImages() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let geometry = ConvolutionGeometry(input: 4, inputChannels: 1, outputChannels: 1, kernel: 3)
            _ = Convolution.workspaceCount(geometry, images: 0, direction: .forward, algorithm: .blas, threads: 1)
        }
        expect(result, "Convolution: 0 images, expected at least 1")
    }

    @Test func poolingWindowOfPaddingAlone() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let padding = Padding.explicit(top: 2, bottom: 0, left: 0, right: 0)
            _ = PoolingGeometry(input: 4, channels: 1, window: 2, padding: padding)
        }
        expect(result, "Pooling: padding is [2, 0, 0, 0] (top, bottom, left, right)")
    }

    @Test func poolingWindowLargerThanInput() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = PoolingGeometry(input: 1, channels: 1, window: 2)
        }
        expect(result, "Pooling: window 2×2 is larger than input 1×1 with padding valid")
    }
}

/// Expects that a process stopped with a message on standard error.
func expect(_ result: ExitTest.Result?, _ message: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains(message), "standard error: \(text)", sourceLocation: sourceLocation)
}
