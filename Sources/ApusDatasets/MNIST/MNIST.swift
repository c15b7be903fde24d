import ApusTensors

/// MNIST (LeCun et al., 1998) and sets in its form: grey images, 60,000 to train and 10,000 to test of 28×28 pixels, in
/// ten classes.
///
/// Files of the directory, each plain or gzip (`.gz`): `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
/// `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, or the same with a dot before `idx`.
public enum MNIST {
    /// The digits.
    public static let classNames = (0...9).map { "\($0)" }

    /// Loads all images. Files may hold any number of images of any one size, at least one.
    ///
    /// - Parameters:
    ///   - directory: Path of the directory that holds the files.
    ///   - classNames: The classes in the order of their labels.
    ///   - name: What the images are.
    /// - Throws: ``FileError`` that names the file, what was found and what was expected: a file missing, of another kind,
    ///   cut short or damaged, a header that declares more than the file can hold, other numbers of labels than images,
    ///   a label out of bounds, or test images of another size.
    public static func load(
        directory: String, classNames: [String] = classNames, name: String = "MNIST"
    ) throws(FileError) -> (train: ImageSet, test: ImageSet) {
        let train = try load(directory, "train", name: "\(name) train", classNames)
        let test = try load(directory, "t10k", name: "\(name) test", classNames)
        guard train.height == test.height, train.width == test.width else {
            throw .malformed(
                path: directory, found: "test images of \(test.height)×\(test.width)",
                expected: "\(train.height)×\(train.width) as the training images")
        }
        return (train, test)
    }

    private static func load(
        _ directory: String, _ part: String, name: String, _ classNames: [String]
    ) throws(FileError) -> ImageSet {
        let images = try IDXFile(
            path: path(directory, part, "images", rank: 3), rank: 3, expected: "images in IDX format")
        let labels = try IDXFile(
            path: path(directory, part, "labels", rank: 1), rank: 1, expected: "labels in IDX format")
        guard labels.count == images.extents[0] else {
            throw .malformed(
                path: labels.path, found: "\(labels.count) labels", expected: "\(images.extents[0]), one for each image"
            )
        }
        let (height, width) = (images.extents[1], images.extents[2])
        let storage = ImageStorage(count: labels.count, imageBytes: height * width)
        try images.read(into: storage.pixels)
        try labels.read(into: storage.labels)
        for index in 0..<labels.count where Int(storage.labels[index]) >= classNames.count {
            throw .malformed(
                path: labels.path, found: "label \(storage.labels[index]) of image \(index)",
                expected: "a label from 0 to \(classNames.count - 1)")
        }
        return ImageSet(
            name: name, height: height, width: width, channels: 1, classNames: classNames, storage: storage)
    }

    /// The first of the names that a file may have which is there, else the usual one.
    private static func path(_ directory: String, _ part: String, _ kind: String, rank: Int) -> String {
        let names = ["-", "."].flatMap { dot in
            ["", ".gz"].map { "\(directory)/\(part)-\(kind)\(dot)idx\(rank)-ubyte\($0)" }
        }
        return names.first(where: fileExists) ?? names[0]
    }

    /// Whether a directory has a file of training images in this form.
    public static func isPresent(in directory: String) -> Bool {
        fileExists(path(directory, "train", "images", rank: 3))
    }
}

/// Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017): images of clothes in the files of ``MNIST``.
public enum FashionMNIST {
    /// The classes in the order of their labels.
    public static let classNames = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
    ]

    /// Loads all images, as ``MNIST/load(directory:classNames:name:)`` does.
    public static func load(directory: String) throws(FileError) -> (train: ImageSet, test: ImageSet) {
        try MNIST.load(directory: directory, classNames: classNames, name: "Fashion-MNIST")
    }
}
