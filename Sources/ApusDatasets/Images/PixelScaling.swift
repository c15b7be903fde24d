import ApusParallel

/// The affine map from a pixel's byte to a network's input, one for all channels or one for each:
/// `input = byte · scale + offset`.
public struct PixelScaling: Sendable, Hashable, Codable, Validated {
    /// Factors, one or as many as channels.
    public let scale: [Float]
    /// Summands, as many as factors.
    public let offset: [Float]

    /// `byte / 255`: from 0 to 1.
    public static let unit = PixelScaling(scale: [1 / 255], offset: [0])

    /// A map from its factors and summands, one each or as many as channels.
    public init(scale: [Float], offset: [Float]) {
        self.scale = scale
        self.offset = offset
        requireValid()
    }

    /// Reads a map; throws a `DecodingError` where factors and summands are not as many.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        scale = try container.decode([Float].self, forKey: .scale)
        offset = try container.decode([Float].self, forKey: .offset)
        try validated(decoder)
    }

    /// What is wrong with the numbers of factors and summands, if anything.
    public var mistake: String? {
        unless(
            !scale.isEmpty && scale.count == offset.count,
            "PixelScaling: \(scale.count) factors and \(offset.count) summands, expected as many of both, at least one")
    }

    /// `(byte / 255 − mean) / deviation` for each channel, with statistics of pixels from 0 to 1.
    public static func standardizing(mean: [Float], deviation: [Float]) -> PixelScaling {
        require(
            mean.count == deviation.count && deviation.allSatisfy { $0 > 0 },
            "PixelScaling: means \(mean) and deviations \(deviation), expected as many positive deviations as means")
        return PixelScaling(
            scale: deviation.map { 1 / (255 * $0) }, offset: zip(mean, deviation).map { -$0 / $1 })
    }

    /// The factors and summands of every channel of a row of pixels, so that a row is one vector operation.
    func expanded(width: Int, channels: Int) -> (scale: [Float], offset: [Float]) {
        require(
            scale.count == 1 || scale.count == channels,
            "PixelScaling: \(scale.count) factors for images of \(channels) channels, expected 1 or \(channels)")
        let channel = { (index: Int) in self.scale.count == 1 ? 0 : index % channels }
        return (
            (0..<width * channels).map { scale[channel($0)] }, (0..<width * channels).map { offset[channel($0)] }
        )
    }
}
