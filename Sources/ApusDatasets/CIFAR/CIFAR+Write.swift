import ApusParallel
import ApusTensors

extension CIFAR10 {
    /// Writes images as CIFAR-10's files, which ``load(directory:)`` reads back: training images in turn to the five batch
    /// files, and `batches.meta.txt`.
    ///
    /// - Parameters:
    ///   - train: At least 5 images of 32×32 RGB pixels in ten classes.
    ///   - test: At least 1 image alike.
    ///   - directory: An existing directory.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public static func write(train: ImageSet, test: ImageSet, to directory: String) throws(FileError) {
        require(
            train.count >= trainFiles.count && test.count >= 1 && train.classNames.count == classNames.count,
            "CIFAR10.write: \(train.count) training and \(test.count) test images in \(train.classNames.count) classes, "
                + "expected at least 5 and 1 in 10")
        let shards = Shards(of: train.count, limit: trainFiles.count)
        for (index, file) in trainFiles.enumerated() {
            try CIFARBatch.write(train.subset(Array(shards[index])), to: "\(directory)/\(file)") { [UInt8($0)] }
        }
        try CIFARBatch.write(test, to: "\(directory)/\(testFile)") { [UInt8($0)] }
        try AtomicFile.write(
            train.classNames.joined(separator: "\n") + "\n", to: "\(directory)/batches.meta.txt")
    }
}

extension CIFAR100 {
    /// Writes images with fine labels as CIFAR-100's files, which ``load(directory:labels:)`` reads back.
    ///
    /// - Parameters:
    ///   - train: At least 1 image of 32×32 RGB pixels in a hundred classes.
    ///   - test: The same to test with.
    ///   - superclasses: The superclass of each class, from 0 to 19.
    ///   - directory: An existing directory.
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    public static func write(
        train: ImageSet, test: ImageSet, superclasses: [Int], to directory: String
    ) throws(FileError) {
        require(
            train.count >= 1 && test.count >= 1 && train.classNames.count == 100 && superclasses.count == 100
                && superclasses.allSatisfy { (0..<20).contains($0) },
            "CIFAR100.write: \(train.count) training and \(test.count) test images in \(train.classNames.count) classes of "
                + "\(superclasses.count) superclasses, expected at least 1 of both in 100")
        for (set, file) in [(train, trainFile), (test, testFile)] {
            try CIFARBatch.write(set, to: "\(directory)/\(file)") { [UInt8(superclasses[$0]), UInt8($0)] }
        }
        try AtomicFile.write(
            train.classNames.joined(separator: "\n") + "\n", to: "\(directory)/fine_label_names.txt")
    }
}

extension CIFARBatch {
    /// Writes images as records.
    ///
    /// - Parameter labels: The label bytes of a class.
    fileprivate static func write(
        _ images: ImageSet, to path: String, labels: (Int) -> [UInt8]
    ) throws(FileError) {
        require(
            images.imageBytes == CIFARRecord.imageBytes && images.channels == 3 && images.width == CIFARRecord.side,
            "CIFAR: images of [\(images.height), \(images.width), \(images.channels)], expected [32, 32, 3]")
        try AtomicFile.write(to: path) { output throws(FileError) in
            for index in 0..<images.count {
                let pixels = images.pixels(of: index)
                let planes = (0..<3).flatMap { channel in
                    stride(from: channel, to: pixels.count, by: 3).map { pixels[$0] }
                }
                let record = labels(images.label(of: index)) + planes
                try record.span.bytes.withUnsafeBytes { bytes throws(FileError) in try output.append(bytes) }
            }
        }
    }
}
