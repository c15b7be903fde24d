import ApusParallel
import ApusTensors

/// A picture of what an augmentation does: a row for each of some images, with the image as it is in the first column, then
/// what each operation alone makes of it, then what all of them together make of it in three epochs.
public struct ContactSheet: Sendable {
    /// What the columns show, from left to right.
    public let columns: [String]
    /// The picture.
    public let image: RGBImage

    private static let epochs = 3
    private static let gap = 4
    private static let smallestSide = 64

    /// Draws a sheet.
    ///
    /// - Parameters:
    ///   - images: The rows, at least one. Operations that mix blend an image with another of them.
    ///   - augmentation: What is shown.
    ///   - key: The changes are a pure function of it.
    public init(_ images: ImageSet, augmentation: Augmentation, key: RandomKey) {
        require(images.count >= 1, "ContactSheet: there are no images")
        let pool = WorkerPool(threads: 1)
        let draw = { (augmentation: Augmentation?, epoch: Int) -> [Float] in
            BatchLoader(
                images, batchSize: images.count, augmentation: augmentation, augmentationKey: key
            ).load(batch: 0, epoch: epoch, pool: pool).images.scalars
        }
        var columns: [(name: String, pixels: [Float])] = [("as it is", draw(nil, 0))]
        for operation in augmentation.operations {
            let alone = Augmentation([operation])
            columns.append((alone.description, draw(alone, 0)))
        }
        if augmentation.operations.count > 1 {
            for epoch in 0..<Self.epochs { columns.append(("all, epoch \(epoch + 1)", draw(augmentation, epoch))) }
        }
        self.columns = columns.map(\.name)
        image = Self.draw(columns.map(\.pixels), of: images)
    }

    private static func draw(_ columns: [[Float]], of images: ImageSet) -> RGBImage {
        let zoom = max(1, (smallestSide + images.width - 1) / images.width)
        let (cellHeight, cellWidth) = (images.height * zoom + gap, images.width * zoom + gap)
        let (height, width) = (images.count * cellHeight + gap, columns.count * cellWidth + gap)
        var pixels = [UInt8](repeating: 255, count: height * width * 3)
        for (column, values) in columns.enumerated() {
            for row in 0..<images.count {
                for y in 0..<images.height * zoom {
                    for x in 0..<images.width * zoom {
                        let source = ((row * images.height + y / zoom) * images.width + x / zoom) * images.channels
                        let target = ((gap + row * cellHeight + y) * width + gap + column * cellWidth + x) * 3
                        for channel in 0..<3 {
                            let value = values[source + (images.channels == 3 ? channel : 0)]
                            pixels[target + channel] = UInt8((min(max(value, 0), 1) * 255).rounded())
                        }
                    }
                }
            }
        }
        return RGBImage(height: height, width: width, pixels: pixels)
    }
}
