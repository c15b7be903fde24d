import ApusDatasets
import ApusNeuralNetworks

/// Pictures of what a network's first convolution looks for.
enum FirstLayerFilters {
    /// The filters `[height, width, channels]` of the first convolution, each as an image in which grey is 0 and full red, green
    /// or blue its own largest magnitude; channels of other inputs than RGB are averaged. None where the network does not begin
    /// with a convolution.
    static func images(of model: Sequential, in parameters: ParameterBuffer<Float>) -> [RGBImage] {
        guard model.inputShape.rank == 3, let layer = model.convolutions.first?.layer,
            let kernel = parameters.tensor("\(layer).kernel"), kernel.shape.rank == 4,
            kernel.shape[2] == model.inputShape[2]
        else { return [] }
        let (height, width, channels, filters) = (kernel.shape[0], kernel.shape[1], kernel.shape[2], kernel.shape[3])
        let weights = kernel.scalars
        return (0..<filters).map { filter in
            let own = stride(from: filter, to: weights.count, by: filters).map { weights[$0] }
            let colors = channels == 3 ? own : averages(own, of: channels).flatMap { [$0, $0, $0] }
            let largest = colors.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
            return RGBImage(
                height: height, width: width, pixels: colors.map { UInt8((127.5 + 127.5 * $0 / largest).rounded()) })
        }
    }

    private static func averages(_ values: [Float], of count: Int) -> [Float] {
        stride(from: 0, to: values.count, by: count).map { start in
            values[start..<start + count].reduce(0, +) / Float(count)
        }
    }
}
