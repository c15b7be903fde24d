/// How a convolution is computed. All algorithms agree but for rounding, of which ``winograd`` does more than the others.
public enum ConvolutionAlgorithm: String, CaseIterable, Codable, Sendable {
    /// Seven plain loops: the readable reference.
    case naive
    /// Patches of the image as rows of a matrix (im2col), tile by tile, each multiplied by the filter with BLAS.
    case blas
    /// Products that read the patches where they lie in the image, in tiles that stay in registers.
    case fused
    /// Winograd's F(4×4, 3×3) or F(2×2, 3×3) for 3×3 convolutions of stride 1 in one group; ``fused`` for all others.
    case winograd
}

/// Which of a convolution's three products is meant.
public enum ConvolutionDirection: String, CaseIterable, Codable, Sendable {
    /// The output from input and filter.
    case forward
    /// The gradient of the loss with respect to the input.
    case inputGradient
    /// The gradient of the loss with respect to filter and bias.
    case filterGradient
}

extension ConvolutionAlgorithm {
    /// What computes a convolution where this algorithm is asked for: another one where it cannot.
    public func serving(_ geometry: ConvolutionGeometry) -> ConvolutionAlgorithm {
        self == .winograd && !WinogradConvolution<Float>.suits(geometry) ? .fused : self
    }
}

/// A user's choice of algorithm, or `auto` to have it made.
public enum AlgorithmChoice: String, CaseIterable, Codable, Sendable {
    /// ``ConvolutionAlgorithm/naive`` everywhere.
    case naive
    /// ``ConvolutionAlgorithm/blas`` everywhere.
    case blas
    /// ``ConvolutionAlgorithm/fused`` everywhere.
    case fused
    /// ``ConvolutionAlgorithm/winograd`` everywhere.
    case winograd
    /// A rule over geometry, direction and the processor's features that gives the same answer every time.
    case auto

    /// Whether kernels that have a fused form use it on this processor.
    package var usesFusedKernels: Bool {
        switch self {
        case .naive, .blas: false
        case .fused, .winograd: true
        case .auto: TileSet.best.isFast
        }
    }

    /// The algorithm for one direction of one convolution of so many images.
    public func algorithm(
        for geometry: ConvolutionGeometry, direction: ConvolutionDirection, images: Int,
        precision: Precision = .float32
    ) -> ConvolutionAlgorithm {
        switch self {
        case .naive: .naive
        case .blas: .blas
        case .fused: .fused
        case .winograd: ConvolutionAlgorithm.winograd.serving(geometry)
        case .auto: AutomaticChoice.algorithm(for: geometry, direction, images: images, precision)
        }
    }
}

/// The algorithm of each direction of one convolution.
public struct ConvolutionAlgorithms: Hashable, Codable, Sendable {
    /// Of the output.
    public var forward: ConvolutionAlgorithm
    /// Of the gradient with respect to the input.
    public var inputGradient: ConvolutionAlgorithm
    /// Of the gradient with respect to filter and bias.
    public var filterGradient: ConvolutionAlgorithm

    /// Algorithms for each direction.
    public init(
        forward: ConvolutionAlgorithm, inputGradient: ConvolutionAlgorithm, filterGradient: ConvolutionAlgorithm
    ) {
        self.forward = forward
        self.inputGradient = inputGradient
        self.filterGradient = filterGradient
    }

    /// What a choice means for a geometry and a number of images. `auto` follows `table` where it has an entry.
    public init(
        _ choice: AlgorithmChoice, for geometry: ConvolutionGeometry, images: Int,
        table: AlgorithmTable = AlgorithmTable(), precision: Precision = .float32
    ) {
        if choice == .auto, let entry = table[geometry], !(precision == .bfloat16 && entry.isOfFloat32Alone) {
            // A file may name an algorithm for a geometry that it does not serve.
            self = Self(
                forward: entry.forward.serving(geometry), inputGradient: entry.inputGradient.serving(geometry),
                filterGradient: entry.filterGradient.serving(geometry))
            return
        }
        func chosen(_ direction: ConvolutionDirection) -> ConvolutionAlgorithm {
            choice.algorithm(for: geometry, direction: direction, images: images, precision: precision)
        }
        self = Self(
            forward: chosen(.forward), inputGradient: chosen(.inputGradient), filterGradient: chosen(.filterGradient))
    }

    /// Whether an algorithm is among them that makes no products of bfloat16.
    private var isOfFloat32Alone: Bool { uses(.naive) || uses(.blas) }

    /// The algorithm of one direction.
    public subscript(direction: ConvolutionDirection) -> ConvolutionAlgorithm {
        get { self[keyPath: Self.path(direction)] }
        set { self[keyPath: Self.path(direction)] = newValue }
    }

    private static func path(_ direction: ConvolutionDirection) -> WritableKeyPath<Self, ConvolutionAlgorithm> {
        switch direction {
        case .forward: \.forward
        case .inputGradient: \.inputGradient
        case .filterGradient: \.filterGradient
        }
    }

    /// Whether any direction is computed so.
    public func uses(_ algorithm: ConvolutionAlgorithm) -> Bool {
        [forward, inputGradient, filterGradient].contains(algorithm)
    }
}
