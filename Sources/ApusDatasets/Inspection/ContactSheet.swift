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
        let tiles = (0..<images.count).flatMap { row in
            columns.map { column in
                RGBImage(
                    unit: column.pixels[row * images.imageBytes..<(row + 1) * images.imageBytes],
                    height: images.height, width: images.width)
            }
        }
        let scale = max(1, (Self.smallestSide + images.width - 1) / images.width)
        guard let image = ImageGrid.image(of: tiles, columns: columns.count, scale: scale, gap: 4, grey: 255) else {
            preconditionFailure("there are no tiles")
        }
        self.image = image
    }
}
