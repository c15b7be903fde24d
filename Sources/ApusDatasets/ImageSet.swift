import ApusParallel

/// Labelled images as bytes in NHWC order, in storage that all views share: the whole of CIFAR-10 is 184 MB and is
/// never copied.
///
/// A view made by ``prefix(_:)`` or ``subset(_:)`` has the same pixels and at most a list of positions of its own.
public struct ImageSet: Sendable {
    /// What the images are, as `CIFAR-10 train`.
    public let name: String
    /// Rows of an image.
    public let height: Int
    /// Columns of an image.
    public let width: Int
    /// Bytes of a pixel: 3 for RGB, 1 for grey.
    public let channels: Int
    /// The classes in the order of their labels.
    public let classNames: [String]
    /// Number of images in this view.
    public let count: Int

    private let storage: ImageStorage
    /// Positions in the storage, or `nil` for the storage's first `count` images.
    private let positions: [Int32]?

    /// Bytes of an image: height · width · channels.
    public var imageBytes: Int { height * width * channels }

    /// Wraps storage that is filled already.
    init(name: String, height: Int, width: Int, channels: Int, classNames: [String], storage: ImageStorage) {
        self.name = name
        self.height = height
        self.width = width
        self.channels = channels
        self.classNames = classNames
        self.storage = storage
        count = storage.count
        positions = nil
    }

    private init(_ set: ImageSet, count: Int, positions: [Int32]?) {
        name = set.name
        height = set.height
        width = set.width
        channels = set.channels
        classNames = set.classNames
        storage = set.storage
        self.count = count
        self.positions = positions
    }

    /// Copies images and labels of a program's own.
    ///
    /// - Parameters:
    ///   - name: What the images are.
    ///   - height: Rows of an image, at least 1.
    ///   - width: Columns of an image, at least 1.
    ///   - channels: Bytes of a pixel, at least 1.
    ///   - classNames: The classes in the order of their labels, 1 to 256.
    ///   - pixels: `[count, height, width, channels]`, row-major.
    ///   - labels: `[count]`, each within `classNames`.
    public init(
        name: String, height: Int, width: Int, channels: Int, classNames: [String], pixels: [UInt8], labels: [Int]
    ) {
        require(
            height >= 1 && width >= 1 && channels >= 1,
            "ImageSet: images are [\(height), \(width), \(channels)], expected every size to be at least 1")
        require(
            (1...256).contains(classNames.count), "ImageSet: \(classNames.count) class names, expected 1 to 256")
        let imageBytes = height * width * channels
        require(
            pixels.count == labels.count * imageBytes,
            "ImageSet: \(pixels.count) bytes of pixels for \(labels.count) labels, expected "
                + "\(labels.count) × [\(height), \(width), \(channels)] = \(labels.count * imageBytes)")
        let storage = ImageStorage(count: labels.count, imageBytes: imageBytes)
        pixels.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { storage.pixels.update(from: base, count: source.count) }
        }
        for (index, label) in labels.enumerated() {
            require(
                classNames.indices.contains(label),
                "ImageSet: label \(label) of image \(index), expected 0 to \(classNames.count - 1)")
            storage.labels[index] = UInt8(label)
        }
        self.init(
            name: name, height: height, width: width, channels: channels, classNames: classNames, storage: storage)
    }

    /// The label of every image, in order.
    public var labels: [Int] { (0..<count).map { label(of: $0) } }

    /// The label of one image.
    public func label(of index: Int) -> Int { Int(storage.labels[position(of: index)]) }

    /// The bytes of one image, `[height, width, channels]`.
    public func pixels(of index: Int) -> [UInt8] {
        Array(UnsafeBufferPointer(start: pointer(to: index), count: imageBytes))
    }

    /// Calls `body` with the bytes of one image, `[height, width, channels]`, without copying them.
    public func withPixels<Result, Failure: Error>(
        of index: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeBufferPointer(start: pointer(to: index), count: imageBytes).span)
    }

    /// The first `count` images.
    public func prefix(_ count: Int) -> ImageSet {
        require((0...self.count).contains(count), "ImageSet.prefix: \(count) of \(self.count) images")
        return ImageSet(self, count: count, positions: positions.map { Array($0.prefix(count)) })
    }

    /// The images at `indices`, in that order; an index may occur more than once.
    public func subset(_ indices: [Int]) -> ImageSet {
        ImageSet(self, count: indices.count, positions: indices.map { Int32(position(of: $0)) })
    }

    /// The bytes of one image; valid while this set or another view of it lives.
    package func pointer(to index: Int) -> UnsafePointer<UInt8> {
        UnsafePointer(storage.pixels + position(of: index) * imageBytes)
    }

    private func position(of index: Int) -> Int {
        require((0..<count).contains(index), "ImageSet: image \(index) of \(count)")
        return positions.map { Int($0[index]) } ?? index
    }
}
