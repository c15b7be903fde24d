import ApusParallel

/// A fixed way to look at an image: moved and mirrored.
public struct ImageView: Sendable, Hashable, Codable, Validated {
    /// Rows by which the window lies below the image; what it shows beyond the edge is reflected, without repeating the edge.
    public var down: Int
    /// Columns by which it lies right of the image.
    public var right: Int
    /// Whether left and right are then exchanged.
    public var isMirrored: Bool

    /// A view; the image itself by default.
    public init(down: Int = 0, right: Int = 0, isMirrored: Bool = false) {
        self.down = down
        self.right = right
        self.isMirrored = isMirrored
        requireValid()
    }

    private static let farthest = 1 << 16

    /// What is wrong with the settings, if anything.
    public var mistake: String? {
        unless(
            [down, right].allSatisfy { abs($0) <= Self.farthest },
            "ImageView: moved by \(down) and \(right), expected at most \(Self.farthest)")
    }

    /// Reads a view; what is left out is as by default.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        down = try container.decodeIfPresent(Int.self, forKey: .down) ?? 0
        right = try container.decodeIfPresent(Int.self, forKey: .right) ?? 0
        isMirrored = try container.decodeIfPresent(Bool.self, forKey: .isMirrored) ?? false
        try validated(decoder)
    }
}

extension ImageSet {
    /// The images as a view shows them: a copy, or this set where the view changes nothing.
    ///
    /// - Precondition: the view moves images by less than their extent.
    public func seen(as view: ImageView, pool: WorkerPool) -> ImageSet {
        require(
            abs(view.down) < height && abs(view.right) < width,
            "ImageSet.seen: moved by \(view.down) and \(view.right), images are \(height)×\(width)")
        if view == ImageView() { return self }
        let storage = ImageStorage(count: count, imageBytes: imageBytes)
        let spare = ImageStorage(count: pool.threads, imageBytes: 2 * imageBytes)
        let crop = RandomCrop(padding: max(abs(view.down), abs(view.right)), mode: .reflect)
        let shards = Shards(of: count, atLeast: 64)
        pool.forEach(shards.shards) { shard, worker in
            let buffer = spare.pixels + worker * 2 * imageBytes
            for index in shards[shard] {
                var image = AugmentedImage(
                    copying: pointer(to: index), height: height, width: width, channels: channels,
                    buffers: (buffer, buffer + imageBytes))
                if view.down != 0 || view.right != 0 { crop.shift(&image, down: view.down, right: view.right) }
                if view.isMirrored { image.mirror() }
                (storage.pixels + index * imageBytes).update(from: image.pixels, count: imageBytes)
                storage.labels[index] = UInt8(label(of: index))
            }
        }
        return ImageSet(
            name: name, height: height, width: width, channels: channels, classNames: classNames, storage: storage)
    }
}
