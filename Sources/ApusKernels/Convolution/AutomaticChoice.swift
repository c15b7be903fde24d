/// The rule behind ``AlgorithmChoice/auto``: a function of the geometry, the number of images and the processor's features, so
/// that it always answers alike.
enum AutomaticChoice {
    static func algorithm(
        for geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, images: Int, _ precision: Precision
    ) -> ConvolutionAlgorithm {
        if precision == .float32, !TileSet.best.isFast || wastesLanes(geometry, direction) { return .blas }
        return winogradPays(geometry, direction, images: images, precision) ? .winograd : .fused
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
    /// (docs/decisions/0009-winograd.md, 0014-winograd-in-bfloat16.md).
    private static func winogradPays(
        _ geometry: ConvolutionGeometry, _ direction: ConvolutionDirection, images: Int, _ precision: Precision
    ) -> Bool {
        guard WinogradConvolution<Float>.suits(geometry) else { return false }
        // A pooling behind the convolution, which is not known here, leaves the fused kernel a quarter of the products.
        if direction == .filterGradient, precision == .float32,
            FusedConvolution<Float>.canFuse(ConvolutionEpilogue(pools: true), into: geometry)
        {
            return false
        }
        let target = direction == .inputGradient ? geometry.input : geometry.output
        let m = WinogradProduct.bestTile(for: target)
        let tiles = images * ((target.height + m - 1) / m) * ((target.width + m - 1) / m)
        if tiles < fewestTiles { return false }
        let (inputs, outputs) = (Double(geometry.inputChannels), Double(geometry.outputChannels))
        let multiplications = Double(images * WinogradProduct.multiplications(target, m: m))
        // Products of bfloat16 take half the time, and nothing else does.
        let other = precision == .bfloat16 ? 2.0 : 1
        let products = 1.25 * multiplications * inputs * outputs
        let transforms = other * 10 * multiplications * (inputs + outputs)
        let filter = other * 8 * Double((m + 2) * (m + 2)) * inputs * outputs
        let winograd = products + transforms + filter
        return advantage * winograd < Double(geometry.multiplyAddsOnPixels(images: images))
    }
}
