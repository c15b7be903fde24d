import ApusNeuralNetworks
import ApusParallel

extension ModelLibrary {
    /// The network of Keller Jordan's `airbench94` (arXiv 2404.00498) for images of 32×32, normalised by channel:
    ///
    /// - a frozen 2×2 convolution of 24 filters, which ``PatchWhitening`` fills, its bias learnt, and GELU;
    /// - for each of `widths` convolution 3×3, max pooling by 2, batch normalization, GELU, and again convolution,
    ///   normalization, GELU;
    /// - with a `depth` of 3 (`airbench95`) a third convolution and normalization after that, to whose result the second one's
    ///   input is added before the activation;
    /// - max pooling by 3, a dense layer without bias, logits divided by the number of its inputs.
    ///
    /// Normalizations have no scale, epsilon is 1e-12, running statistics keep 0.6 of what they were. Kernels begin as
    /// PyTorch's with the identity in their first filters. 1.97 M parameters with the source's widths.
    ///
    /// - Parameters:
    ///   - widths: Filters of each group's convolutions.
    ///   - depth: Convolutions of a group, 2 or 3.
    ///   - classes: Number of outputs.
    ///   - activation: GELU in the source, SiLU in variants of it.
    public static func airbench(
        widths: [Int] = [64, 256, 256], depth: Int = 2, classes: Int = 10, activation: ActivationFunction = .gelu
    ) -> Sequential {
        require((2...3).contains(depth), "ModelLibrary.airbench: depth is \(depth), expected 2 or 3")
        func convolution(_ width: Int) -> Conv2D {
            Conv2D(width, kernel: 3, padding: .same, bias: false, kernelInitializer: .dirac)
        }
        func normalization() -> BatchNorm {
            BatchNorm(scale: false, momentum: 0.6, epsilon: 1e-12, unbiasedVariance: true)
        }
        func group(_ width: Int) -> [any Layer] {
            let first: [any Layer] = [convolution(width), MaxPool2D(2), normalization(), Activation(activation)]
            let second: [any Layer] = [convolution(width), normalization()]
            let body = second + [Activation(activation), convolution(width), normalization()]
            return first + (depth == 2 ? second : [Residual(body: body)]) + [Activation(activation)]
        }
        let last = widths.last ?? 0
        let layers: [any Layer] =
            [
                Conv2D(24, kernel: 2, kernelInitializer: .fanInUniform, name: "whitening"),
                Activation(activation),
            ] + widths.flatMap(group) + [
                MaxPool2D(3),
                Flatten(),
                // A uniform of deviation 1.
                Dense(classes, bias: false, kernelInitializer: .uniform(limit: 3.0.squareRoot()), name: "head"),
                Scale(1 / Double(last)),
                Activation(.softmax),
            ]
        return Sequential(input: [32, 32, 3], layers: layers).freezing(["whitening.kernel"])
    }
}
