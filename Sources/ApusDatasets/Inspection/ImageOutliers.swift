/// Images that are one shade all over, and images whose brightness or contrast is far from the others'.
public struct ImageOutliers: Sendable {
    /// An image that stands out.
    public struct Outlier: Sendable, Equatable {
        /// Its position in the set.
        public let index: Int
        /// The mean of its bytes, from 0 to 1.
        public let mean: Double
        /// The deviation of its bytes, from 0 to 0.5.
        public let deviation: Double
    }

    /// Images whose pixels are all the same, in order.
    public let constant: [Int]
    /// Images whose mean or deviation lies more than 2.2 times the distance of the quartiles beyond them (Hoaglin and
    /// Iglewicz, "Fine-tuning some resistant rules for outlier labeling", 1987), in order; constant ones are not among
    /// them, and of under 20 images none.
    public let outlying: [Outlier]

    /// Measures all images of a set.
    public init(_ images: ImageSet) {
        let figures = (0..<images.count).map { Self.figures(images, $0) }
        constant = figures.indices.filter { figures[$0].isConstant }
        let means = Self.fences(figures.map(\.mean))
        let deviations = Self.fences(figures.map(\.deviation))
        outlying = figures.enumerated().compactMap { index, figure in
            let isUsual = means.contains(figure.mean) && deviations.contains(figure.deviation)
            return figure.isConstant || isUsual
                ? nil : Outlier(index: index, mean: figure.mean, deviation: figure.deviation)
        }
    }

    private static func figures(_ images: ImageSet, _ index: Int) -> (mean: Double, deviation: Double, isConstant: Bool)
    {
        let pixels = images.pointer(to: index)
        let (count, channels) = (images.imageBytes, images.channels)
        var (sum, squares, isConstant) = (0, 0, true)
        for byte in 0..<count {
            let value = Int(pixels[byte])
            sum += value
            squares += value * value
            if byte >= channels, pixels[byte] != pixels[byte - channels] { isConstant = false }
        }
        let mean = Double(sum) / Double(count)
        let variance = max(Double(squares) / Double(count) - mean * mean, 0)
        return (mean / 255, variance.squareRoot() / 255, isConstant)
    }

    /// Values of which quartiles say something.
    private static let fewest = 20

    /// The range beyond which values lie far from the others.
    static func fences(_ values: [Double]) -> ClosedRange<Double> {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return 0...0 }
        let (lower, upper) = (sorted[(sorted.count - 1) / 4], sorted[(sorted.count - 1) * 3 / 4])
        let reach = 2.2 * (upper - lower)
        // Of few values, or where half of them are the same, there is no scale to tell how far others are.
        return reach > 0 && values.count >= fewest ? lower - reach...upper + reach : first...last
    }
}
