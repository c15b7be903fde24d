import ApusTensors

/// CIFAR-100 in its binary version (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009): 50,000
/// training and 10,000 test images of 32×32 RGB pixels in a hundred classes, which belong to twenty superclasses.
///
/// Files of the directory: `train.bin` and `test.bin`, each a sequence of records of 3,074 bytes (the superclass, the
/// class, then 1,024 bytes each of red, green and blue, row by row), and `fine_label_names.txt` and
/// `coarse_label_names.txt` with the names of classes and superclasses, one a line.
public enum CIFAR100 {
    /// Which classes images have.
    public enum Labels: Sendable, Hashable, CaseIterable {
        /// The hundred classes.
        case fine
        /// The twenty superclasses.
        case coarse
    }

    /// The file of the training images.
    public static let trainFile = "train.bin"
    /// The file of the test images.
    public static let testFile = "test.bin"

    /// Loads all images, converted once to NHWC. A file may hold any number of whole records, at least one.
    ///
    /// - Parameters:
    ///   - directory: Path of the directory that holds the files.
    ///   - labels: Which classes the images shall have.
    /// - Throws: ``FileError`` that names the file, what was found and what was expected: no such directory, a file missing
    ///   or unreadable, a size that is zero or no multiple of 3,074, a label out of bounds, or a wrong number of class
    ///   names.
    public static func load(
        directory: String, labels: Labels = .fine
    ) throws(FileError) -> (train: ImageSet, test: ImageSet) {
        guard isDirectory(directory) else {
            throw .missing(path: directory, expected: "a directory with \(trainFile) and \(testFile)")
        }
        let isFine = labels == .fine
        let names = try loadClassNames(
            "\(directory)/\(isFine ? "fine" : "coarse")_label_names.txt",
            standard: isFine ? classNames : superclassNames)
        let record = CIFARRecord(labels: [("coarse label", 20), ("fine label", 100)], chosen: isFine ? 1 : 0)
        let load = { (file: String, set: String) throws(FileError) -> ImageSet in
            try CIFARBatch.load(
                ["\(directory)/\(file)"], record: record, name: "CIFAR-100", setName: "CIFAR-100 \(set)",
                classNames: names)
        }
        return (try load(trainFile, "train"), try load(testFile, "test"))
    }

    /// The names of the classes where `fine_label_names.txt` is absent.
    public static let classNames = [
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
        "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
        "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish",
        "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
        "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange",
        "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine",
        "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk",
        "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank",
        "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
        "willow_tree", "wolf", "woman", "worm",
    ]

    /// The names of the superclasses where `coarse_label_names.txt` is absent.
    public static let superclassNames = [
        "aquatic_mammals", "fish", "flowers", "food_containers", "fruit_and_vegetables", "household_electrical_devices",
        "household_furniture", "insects", "large_carnivores", "large_man-made_outdoor_things",
        "large_natural_outdoor_scenes", "large_omnivores_and_herbivores", "medium_mammals", "non-insect_invertebrates",
        "people", "reptiles", "small_mammals", "trees", "vehicles_1", "vehicles_2",
    ]
}
