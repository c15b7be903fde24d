import ApusKernels
import ApusParallel
import ApusTensors
import Testing

/// The faces over spans and tensors, which lead to the kernels that the other tests check.
@Suite struct SpanTests {
    let pool = WorkerPool(threads: 2)
    let geometry = ConvolutionGeometry(
        input: Size2D(height: 6, width: 5), inputChannels: 2, outputChannels: 4, kernel: 3, stride: 2, padding: .same,
        groups: 2)

    @Test(arguments: ConvolutionAlgorithm.allCases) func convolutionOfSpans(algorithm: ConvolutionAlgorithm) {
        let run = ConvolutionRun<Float>.integers(geometry, images: 2, seed: 1)
        var output = run.outputGradient.map { _ in Float.nan }
        var outputSpan = output.mutableSpan
        Convolution.forward(
            geometry, images: 2, input: run.input.span, filter: run.filter.span, bias: run.bias.span,
            output: &outputSpan, algorithm: algorithm, pool: pool)
        #expect(output == run.output(.naive, pool: pool))

        var inputGradient = run.input.map { _ in Float.nan }
        var inputGradientSpan = inputGradient.mutableSpan
        Convolution.inputGradient(
            geometry, images: 2, outputGradient: run.outputGradient.span, filter: run.filter.span,
            inputGradient: &inputGradientSpan, algorithm: algorithm, pool: pool)
        #expect(inputGradient == run.inputGradient(.naive, pool: pool))

        var filterGradient = run.filter.map { _ in Float.nan }
        var biasGradient = run.bias.map { _ in Float.nan }
        var filterSpan = filterGradient.mutableSpan
        var biasSpan = biasGradient.mutableSpan
        Convolution.filterGradient(
            geometry, images: 2, input: run.input.span, outputGradient: run.outputGradient.span,
            filterGradient: &filterSpan, biasGradient: &biasSpan, algorithm: algorithm, pool: pool)
        let gradients = run.gradients(.naive, pool: pool)
        #expect(filterGradient == gradients.filter)
        #expect(biasGradient == gradients.bias)
    }

    @Test(arguments: AlgorithmChoice.allCases) func convolutionOfTensors(choice: AlgorithmChoice) {
        let run = ConvolutionRun<Double>.integers(geometry, images: 2, seed: 2)
        let input = Tensor(shape: geometry.inputShape(images: 2), scalars: run.input)
        let filter = Tensor(shape: geometry.filterShape, scalars: run.filter)
        let slope = Tensor(shape: geometry.outputShape(images: 2), scalars: run.outputGradient)
        let output = convolution(
            input, filter: filter, bias: Tensor(run.bias), stride: 2, padding: .same, groups: 2, algorithm: choice)
        #expect(output.shape == slope.shape)
        #expect(output.scalars == run.output(.naive, pool: pool))
        let unbiased = convolution(input, filter: filter, stride: 2, padding: .same, groups: 2, algorithm: choice)
        #expect(unbiased.scalars == run.output(.naive, usesBias: false, pool: pool))
        let inputGradient = convolutionInputGradient(
            slope, filter: filter, inputShape: input.shape, stride: 2, padding: .same, groups: 2, algorithm: choice)
        #expect(inputGradient.scalars == run.inputGradient(.naive, pool: pool))
        let gradients = convolutionFilterGradient(
            slope, input: input, filterShape: filter.shape, stride: 2, padding: .same, groups: 2, algorithm: choice)
        #expect(gradients.filter.scalars == run.gradients(.naive, pool: pool).filter)
        #expect(gradients.bias.scalars == run.gradients(.naive, pool: pool).bias)
    }

    @Test func poolingOfTensors() {
        let image = Tensor<Float>(shape: [1, 2, 4, 1], scalars: [1, 5, 2, 0, 3, 3, 8, 2])
        #expect(maxPool(image, window: 2) == Tensor(shape: [1, 1, 2, 1], scalars: [5, 8]))
        #expect(averagePool(image, window: 2) == Tensor(shape: [1, 1, 2, 1], scalars: [3, 3]))
        #expect(maxPool(image, window: 2, padding: .same).shape == [1, 1, 2, 1])
    }

    @Test func elementwiseSpans() {
        let input: [Double] = [-1, 0, 2]
        let slope: [Double] = [5, 6, 7]
        let logits: [Double] = [4, 4]
        var output: [Double] = [.nan, .nan, .nan]
        var span = output.mutableSpan
        RectifiedLinear.forward(input: input.span, output: &span, pool: pool)
        #expect(output == [0, 0, 2])
        var gradient: [Double] = [.nan, .nan, .nan]
        var gradientSpan = gradient.mutableSpan
        RectifiedLinear.backward(
            output: output.span, outputGradient: slope.span, inputGradient: &gradientSpan, pool: pool)
        #expect(gradient == [0, 0, 7])
        var probabilities: [Double] = [.nan, .nan]
        var probabilitySpan = probabilities.mutableSpan
        Softmax.forward(rows: 1, classes: 2, input: logits.span, output: &probabilitySpan, pool: pool)
        #expect(probabilities == [0.5, 0.5])
    }

    // MARK: Mistakes

    @Test func channelsThatDoNotMatch() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let image = Tensor<Float>(shape: [1, 8, 8, 4], repeating: 0)
            _ = convolution(image, filter: Tensor(shape: [3, 3, 3, 2], repeating: 0))
        }
        expect(
            result,
            "convolution: input has 4 channels, filter expects 3 in each of 1 groups "
                + "(input [1, 8, 8, 4], filter [3, 3, 3, 2])")
    }

    @Test func outputGradientOfAnotherShape() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = convolutionInputGradient(
                Tensor<Float>(shape: [1, 8, 8, 2], repeating: 0), filter: Tensor(shape: [3, 3, 1, 2], repeating: 0),
                inputShape: [1, 8, 8, 1])
        }
        expect(result, "convolutionInputGradient: output gradient has shape [1, 8, 8, 2], expected [1, 6, 6, 2]")
    }

    @Test func shortSpan() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let input = [Float](repeating: 0, count: 15)
            var output: [Float] = [0, 0, 0, 0]
            var span = output.mutableSpan
            AveragePooling.forward(
                PoolingGeometry(input: 4, channels: 1, window: 2), images: 1, input: input.span, output: &span,
                pool: WorkerPool(threads: 1))
        }
        expect(result, "AveragePooling.forward: input holds 15 scalars, expected 16")
    }
}
