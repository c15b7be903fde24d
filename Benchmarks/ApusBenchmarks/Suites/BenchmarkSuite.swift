/// A suite: problems of one kind, and how they are measured.
package enum BenchmarkSuite: String, CaseIterable, Sendable {
    /// Matrix products.
    case gemm
    /// Convolutions and their gradients.
    case convolution
    /// The layers of a model, forward and backward.
    case layers
    /// Whole training steps.
    case train
    /// Whole forward passes.
    case infer
    /// Training on more and more threads.
    case scaling
    /// Epochs with callbacks and without.
    case callbacks
    /// Systems and decompositions.
    case lapack
    /// The same work in other frameworks.
    case peers

    /// What it measures, in a line.
    package var summary: String {
        switch self {
        case .gemm: "matrix products: naive, and OpenBLAS with each of its cores"
        case .convolution: "forward, input gradient and filter gradient of the layers of three networks"
        case .layers: "each layer of a model, forward and backward"
        case .train: "training steps of keras-cnn"
        case .infer: "forward passes of keras-cnn"
        case .scaling: "training on more and more threads, strong and weak"
        case .callbacks: "epochs of keras-cnn, watched by nobody and by all callbacks"
        case .lapack: "solve, eigh and svd"
        case .peers: "the same work in PyTorch, TensorFlow and ONNX Runtime"
        }
    }

    /// What is measured, in order.
    package func scenarios(_ options: SuiteOptions) -> [Scenario] {
        switch self {
        case .gemm: ProductSuite.scenarios(options)
        case .convolution: ConvolutionSuite.scenarios(options)
        case .layers: LayersSuite.scenarios(options)
        case .train: TrainingSuite.scenarios(options)
        case .infer: InferenceSuite.scenarios(options)
        case .scaling: ScalingSuite.scenarios(options)
        case .callbacks: options.isQuick ? [] : CallbackSuite.scenarios(options)
        case .lapack: LinearAlgebraSuite.scenarios(options)
        case .peers: PeerSuite.scenarios(options)
        }
    }
}
