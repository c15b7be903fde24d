import ApusTensors

/// CIFAR-10 in its binary version (Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009): 50,000
/// training and 10,000 test images of 32×32 RGB pixels in ten classes.
///
/// Files of the directory: `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`, each a sequence of records of
/// 3,073 bytes (the label, then 1,024 bytes each of red, green and blue, row by row), and `batches.meta.txt` with the
/// names of the classes, one a line.
public enum CIFAR10 {
    /// The names of the classes where `batches.meta.txt` is absent.
    public static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    /// The files of the training images, in order.
    public static let trainFiles = (1...5).map { "data_batch_\($0).bin" }

    /// The file of the test images.
    public static let testFile = "test_batch.bin"

    static let record = CIFARRecord(labels: [("label", 10)], chosen: 0)

    /// Loads all images, converted once to NHWC. A batch file may hold any number of whole records, at least one.
    ///
    /// - Parameter directory: Path of the directory that holds the files.
    /// - Throws: ``FileError`` that names the file, what was found and what was expected: no such directory, a batch
    ///   file missing or unreadable, a size that is zero or no multiple of 3,073, a label over 9, or class names that
    ///   are not ten.
    public static func load(directory: String) throws(FileError) -> (train: ImageSet, test: ImageSet) {
        guard isDirectory(directory) else {
            throw .missing(
                path: directory, expected: "a directory with \(trainFiles[0]) to \(trainFiles[4]) and \(testFile)")
        }
        let names = try loadClassNames("\(directory)/batches.meta.txt", standard: classNames)
        let load = { (files: [String], set: String) throws(FileError) -> ImageSet in
            try CIFARBatch.load(
                files.map { "\(directory)/\($0)" }, record: record, name: "CIFAR-10", setName: "CIFAR-10 \(set)",
                classNames: names)
        }
        return (try load(trainFiles, "train"), try load([testFile], "test"))
    }
}
