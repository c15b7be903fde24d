import ApusNeuralNetworks

extension ModelLibrary {
    /// The network of Keller Jordan's `airbench94` (arXiv 2404.00498) for images of 32×32, normalised by channel:
    ///
    /// - a frozen 2×2 convolution of 24 filters, which ``PatchWhitening`` fills, its bias learnt, and GELU;
    /// - for each of `widths` convolution 3×3, max pooling by 2, batch normalization, GELU, and again convolution,
    ///   normalization, GELU;
    /// - max pooling by 3, a dense layer without bias, logits divided by the number of its inputs.
    ///
    /// Normalizations have no scale, epsilon is 1e-12, running statistics keep 0.6 of what they were. Kernels begin as
    /// PyTorch's with the identity in their first filters. 1.97 M parameters with the source's widths.
    ///
    /// - Parameters:
    ///   - widths: Filters of each group's convolutions.
    ///   - classes: Number of outputs.
    ///   - activation: GELU in the source, SiLU in variants of it.
    ///   - ghostSize: Images whose statistics normalize them; the whole batch where it is `nil`, as in the source.
    public static func airbench(
        widths: [Int] = [64, 256, 256], classes: Int = 10, activation: ActivationFunction = .gelu,
        ghostSize: Int? = nil
    ) -> Sequential {
        func convolution(_ width: Int) -> Conv2D {
            Conv2D(width, kernel: 3, padding: .same, bias: false, kernelInitializer: .dirac)
        }
        func normalization() -> [any Layer] {
            [
                BatchNorm(
                    scale: false, momentum: 0.6, epsilon: 1e-12, ghostSize: ghostSize, unbiasedVariance: true),
                Activation(activation),
            ]
        }
        func group(_ width: Int) -> [any Layer] {
            [convolution(width), MaxPool2D(2)] + normalization() + [convolution(width)] + normalization()
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
