import ApusKernels
import ApusNeuralNetworks

extension ModelLibrary {
    /// ResNet-18 (He et al. 2015, arXiv 1512.03385) for images of 32×32 as kuangliu's `pytorch-cifar` has it: a 3×3
    /// convolution in the place of the first 7×7 and no max pooling before four pairs of blocks of 64, 128, 256 and 512
    /// filters, each of two 3×3 convolutions; global average pooling and a dense layer. 11.2 M parameters.
    public static func resNet18(classes: Int = 10) -> Sequential {
        // PyTorch's batch normalization and initialization.
        func normalization() -> BatchNorm { BatchNorm(momentum: 0.9, epsilon: 1e-5, unbiasedVariance: true) }
        func convolution(_ width: Int, kernel: Int = 3, stride: Int = 1) -> Conv2D {
            Conv2D(
                width, kernel: Size2D(height: kernel, width: kernel), stride: Size2D(height: stride, width: stride),
                padding: .explicit(top: kernel / 2, bottom: kernel / 2, left: kernel / 2, right: kernel / 2),
                bias: false,
                kernelInitializer: .fanInUniform)
        }
        func block(_ width: Int, stride: Int, widens: Bool) -> [any Layer] {
            let body: [any Layer] = [
                convolution(width, stride: stride), normalization(), Activation(.relu), convolution(width),
                normalization(),
            ]
            let shortcut: [any Layer] =
                widens ? [convolution(width, kernel: 1, stride: stride), normalization()] : []
            return [Residual(body: body, shortcut: shortcut), Activation(.relu)]
        }
        let stages = [(64, 1, false), (128, 2, true), (256, 2, true), (512, 2, true)].flatMap { width, stride, widens in
            block(width, stride: stride, widens: widens) + block(width, stride: 1, widens: false)
        }
        let layers: [any Layer] =
            [convolution(64), normalization(), Activation(.relu)] + stages + [
                GlobalAveragePool2D(), Dense(classes, kernelInitializer: .fanInUniform), Activation(.softmax),
            ]
        return Sequential(input: [32, 32, 3], layers: layers)
    }
}
