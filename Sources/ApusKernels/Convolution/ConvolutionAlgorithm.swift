/// How a convolution is computed. All algorithms agree but for rounding.
public enum ConvolutionAlgorithm: String, CaseIterable, Codable, Sendable {
    /// Seven plain loops: the readable reference.
    case naive
    /// Patches of the image as rows of a matrix (im2col), tile by tile, each multiplied by the filter with BLAS.
    case blas
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

/// A user's choice of algorithm, or `auto` to have it made.
public enum AlgorithmChoice: String, CaseIterable, Codable, Sendable {
    /// ``ConvolutionAlgorithm/naive`` everywhere.
    case naive
    /// ``ConvolutionAlgorithm/blas`` everywhere.
    case blas
    /// A rule over geometry and direction that gives the same answer every time.
    case auto

    /// The algorithm for one direction of one convolution.
    public func algorithm(
        for geometry: ConvolutionGeometry, direction: ConvolutionDirection
    ) -> ConvolutionAlgorithm {
        switch self {
        case .naive: .naive
        case .blas, .auto: .blas
        }
    }
}
