import ApusBLAS
import ApusParallel
import ApusTensors

/// What the pixels of a set of images are like, channel by channel, in units from 0 (a byte of 0) to 1 (a byte of 255).
/// Sums are of whole numbers, so results do not depend on the order of the images.
public struct ChannelStatistics: Sendable, Equatable {
    /// Means.
    public let mean: [Double]
    /// Deviations: `√(Σ(x − mean)²/pixels)`.
    public let deviation: [Double]
    /// Smallest values.
    public let least: [Double]
    /// Greatest values.
    public let greatest: [Double]

    /// Measures all pixels of a set that is not empty; take the training set alone.
    public init(_ images: ImageSet) {
        require(images.count > 0, "ChannelStatistics: \(images.name) has no images")
        let channels = images.channels
        var histogram = [Int](repeating: 0, count: channels * 256)
        for index in 0..<images.count {
            let pixels = images.pointer(to: index)
            for pixel in stride(from: 0, to: images.imageBytes, by: channels) {
                for channel in 0..<channels { histogram[channel * 256 + Int(pixels[pixel + channel])] += 1 }
            }
        }
        let pixels = Double(images.count * images.height * images.width)
        let channelCounts = (0..<channels).map { Array(histogram[$0 * 256..<$0 * 256 + 256]) }
        mean = channelCounts.map { counts in
            Double(counts.enumerated().reduce(0) { $0 + $1.offset * $1.element }) / (255 * pixels)
        }
        deviation = zip(channelCounts, mean).map { counts, mean in
            let squares = counts.enumerated().reduce(0.0) { sum, entry in
                let distance = Double(entry.offset) / 255 - mean
                return sum + distance * distance * Double(entry.element)
            }
            return (squares / pixels).squareRoot()
        }
        least = channelCounts.map { Double($0.firstIndex { $0 > 0 } ?? 0) / 255 }
        greatest = channelCounts.map { Double($0.lastIndex { $0 > 0 } ?? 0) / 255 }
    }
}

extension PixelScaling {
    /// `(byte/255 − mean)/deviation` of each channel: mean 0 and deviation 1 over the images measured. A channel that is
    /// the same everywhere is divided by 1.
    public static func standardizing(_ statistics: ChannelStatistics) -> PixelScaling {
        standardizing(
            mean: statistics.mean.map { Float($0) },
            deviation: statistics.deviation.map { $0 > 0 ? Float($0) : 1 })
    }

    /// `(byte/255 − least)/(greatest − least)` of each channel: from 0 to 1 over the images measured. A channel that is the
    /// same everywhere becomes 0.
    public static func minMax(_ statistics: ChannelStatistics) -> PixelScaling {
        let widths = zip(statistics.least, statistics.greatest).map { $1 > $0 ? $1 - $0 : 1 }
        return PixelScaling(
            scale: widths.map { Float(1 / (255 * $0)) }, offset: zip(statistics.least, widths).map { Float(-$0 / $1) })
    }
}

extension ImageSet {
    /// All images as a matrix of pixels from 0 to 1, `[count, height · width · channels]`.
    public func matrix<Scalar: BLASScalar>(of scalar: Scalar.Type = Scalar.self) -> Tensor<Scalar> {
        let values = (0...255).map { Scalar($0) / 255 }
        return Tensor(shape: [count, imageBytes]) { matrix in
            for index in 0..<count {
                let (pixels, row) = (pointer(to: index), matrix + index * imageBytes)
                for byte in 0..<imageBytes { row[byte] = values[Int(pixels[byte])] }
            }
        }
    }
}
