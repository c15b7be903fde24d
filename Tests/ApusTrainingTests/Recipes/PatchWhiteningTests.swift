import ApusDatasets
import ApusKernels
import ApusNeuralNetworks
import ApusParallel
import ApusTensors
import ApusTraining
import TestSupport
import Testing

/// Filters that whiten patches.
@Suite struct PatchWhiteningTests {
    private let images = SyntheticImages.generate(train: 64, test: 0).train

    /// The outputs of the first half of the filters have the covariance diag(λ / (λ + ε)); those of the second half are the same
    /// with the sign turned.
    @Test func outputsAreWhite() throws {
        let epsilon = 1e-6
        let model = Sequential(input: [32, 32, 3]) {
            Conv2D(24, kernel: 2, bias: false, name: "whitening")
        }
        let trainer = Trainer(model: model, loss: MeanSquaredError())
        try trainer.initialize(PatchWhitening(images: 64, epsilon: epsilon), from: images)
        let outputs = trainer.predict(.images(images)).scalars
        let positions = outputs.count / 24
        for first in 0..<12 {
            for second in 0...first {
                let product = (0..<positions).reduce(0.0) { sum, position in
                    sum + Double(outputs[position * 24 + first]) * Double(outputs[position * 24 + second])
                }
                // Directions of almost no variance are damped by ε: at most 1.
                let value = product / Double(positions)
                if first == second { #expect(value > 0.5 && value < 1.001) } else { #expect(abs(value) < 1e-3) }
            }
        }
        for position in stride(from: 0, to: positions, by: 97) {
            for filter in 0..<12 {
                #expect(outputs[position * 24 + filter] == -outputs[position * 24 + 12 + filter])
            }
        }
    }

    @Test func onlyAFittingFirstConvolutionIsFilled() {
        let whitening = PatchWhitening()
        #expect(whitening.mistake(for: ModelLibrary.airbench()) == nil)
        #expect(whitening.mistake(for: ModelLibrary.kerasCNN())?.contains("no convolution whitening") == true)
        let narrow = Sequential(input: [32, 32, 3]) { Conv2D(8, kernel: 2, name: "whitening") }
        #expect(whitening.mistake(for: narrow)?.contains("24") == true)
    }
}
