import ApusKernels

/// The convolutions that networks are made of, those of equal shape once per network.
enum LayerCatalogue {
    struct Layer: Sendable {
        /// `<network>/<layer>`.
        let name: String
        let geometry: ConvolutionGeometry
    }

    static let all = kerasCNN + airbench94 + resNet18(imageSize: 32) + resNet18(imageSize: 224)

    /// What is compared with peers: from shallow and large to deep and small, with and without padding.
    static let compared =
        kerasCNN
        + resNet18(imageSize: 32).filter {
            ["resnet18-32/stage1.conv", "resnet18-32/stage2.conv2", "resnet18-32/stage3.conv2"].contains($0.name)
        } + [layer("wide/expansion", 32, 64, 256), layer("wide/conv", 16, 256, 256)]

    /// The CNN of many a Keras tutorial at 32×32.
    static let kerasCNN = [
        layer("keras-cnn/conv1", 32, 3, 32, padding: .valid),
        layer("keras-cnn/conv2", 15, 32, 64, padding: .valid),
        layer("keras-cnn/conv3", 6, 64, 128, padding: .valid),
    ]

    /// Keller Jordan's airbench94 (arXiv 2404.00498).
    static let airbench94 = [
        layer("airbench94/whitening", 32, 3, 24, kernel: 2, padding: .valid),
        layer("airbench94/group1.conv1", 31, 24, 64),
        layer("airbench94/group1.conv2", 15, 64, 64),
        layer("airbench94/group2.conv1", 15, 64, 256),
        layer("airbench94/group2.conv2", 7, 256, 256),
        layer("airbench94/group3.conv1", 7, 256, 256),
        layer("airbench94/group3.conv2", 3, 256, 256),
    ]

    /// ResNet-18 (arXiv 1512.03385): for 224×224 as published, for 32×32 with the stem that is usual there, 3×3 without
    /// stride and pooling.
    static func resNet18(imageSize: Int) -> [Layer] {
        let network = "resnet18-\(imageSize)"
        let isLarge = imageSize >= 64
        let stem =
            isLarge
            ? layer("\(network)/stem", imageSize, 3, 64, kernel: 7, stride: 2, padding: ring(3))
            : layer("\(network)/stem", imageSize, 3, 64, padding: ring(1))
        let size = isLarge ? imageSize / 4 : imageSize
        var layers = [stem, layer("\(network)/stage1.conv", size, 64, 64, padding: ring(1))]
        for stage in 2...4 {
            let (channels, extent) = (64 << (stage - 1), size >> (stage - 2))
            layers += [
                layer("\(network)/stage\(stage).conv1", extent, channels / 2, channels, stride: 2, padding: ring(1)),
                layer("\(network)/stage\(stage).conv2", extent / 2, channels, channels, padding: ring(1)),
                layer(
                    "\(network)/stage\(stage).shortcut", extent, channels / 2, channels, kernel: 1, stride: 2,
                    padding: .valid),
            ]
        }
        return layers
    }

    private static func ring(_ width: Int) -> Padding {
        .explicit(top: width, bottom: width, left: width, right: width)
    }

    private static func layer(
        _ name: String, _ size: Int, _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1,
        padding: Padding = .same
    ) -> Layer {
        Layer(
            name: name,
            geometry: ConvolutionGeometry(
                input: Size2D(size), inputChannels: inputs, outputChannels: outputs, kernel: Size2D(kernel),
                stride: Size2D(stride), padding: padding))
    }
}
