/// The rule behind ``AlgorithmChoice/auto``: a function of the geometry, the number of images and the processor's features, so
/// that it always answers alike.
enum AutomaticChoice {
    static func algorithm(
        for geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, images: Int
    ) -> ConvolutionAlgorithm {
        if !TileSet.best.isFast || wastesLanes(geometry, direction) { return .blas }
        return winogradPays(geometry, direction, images: images) ? .winograd : .fused
    }

    /// Whether most lanes of a vector of channels would be empty.
    private static func wastesLanes(_ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection) -> Bool {
        if geometry.isDepthwise { return false }
        let channels = direction == .inputGradient ? geometry.groupInputChannels : geometry.groupOutputChannels
        return channels <= 4
    }

    /// Tiles that are worth reading the transformed filter for, and that two threads can share.
    private static let fewestTiles = 32
    /// How much faster than the fused kernel Winograd's must promise to be, since its results are less exact.
    private static let advantage = 1.25

    /// Compares what both cost, in multiply-adds of the fused kernel. The weights are measured
    /// (docs/decisions/0009-winograd.md).
    private static func winogradPays(
        _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, images: Int
    ) -> Bool {
        guard ConvolutionAlgorithm.winograd.serving(geometry, direction) == .winograd else { return false }
        let target = direction == .forward ? geometry.output : geometry.input
        let m = WinogradProduct.bestTile(for: target)
        let tiles = images * ((target.height + m - 1) / m) * ((target.width + m - 1) / m)
        if tiles < fewestTiles { return false }
        let (inputs, outputs) = (Double(geometry.inputChannels), Double(geometry.outputChannels))
        let elements = Double((m + 2) * (m + 2))
        let products = 1.25 * elements * inputs * outputs
        let transforms = 10 * elements * (inputs + outputs)
        let filter = 8 * elements * inputs * outputs
        let winograd = Double(tiles) * (products + transforms) + filter
        return advantage * winograd < Double(geometry.multiplyAddsOnPixels(images: images))
    }
}
