import ApusTensors
import Foundation

/// Training and test images in any of the forms that directories have.
public struct ImageDataset: Sendable {
    /// What a directory holds.
    public enum Format: String, Sendable, Hashable, Codable, CaseIterable {
        /// Files of ``CIFAR10``.
        case cifar10 = "CIFAR-10"
        /// Files of ``CIFAR100``.
        case cifar100 = "CIFAR-100"
        /// Files of ``MNIST``.
        case mnist = "MNIST"
        /// Files of ``FashionMNIST``: those of MNIST in a directory whose path contains "fashion".
        case fashionMNIST = "Fashion-MNIST"
        /// An ``ImageFolder``.
        case imageFolder = "images"

        /// What a directory holds, told by its files' names; `nil` where it is none of these.
        public init?(directory: String) {
            let has = { (name: String) in fileExists("\(directory)/\(name)") }
            if (CIFAR10.trainFiles + [CIFAR10.testFile]).contains(where: has) {
                self = .cifar10
            } else if has(CIFAR100.trainFile) || has(CIFAR100.testFile) {
                self = .cifar100
            } else if MNIST.isPresent(in: directory) {
                self = directory.lowercased().contains("fashion") ? .fashionMNIST : .mnist
            } else if ImageFolder.isPresent(in: directory) {
                self = .imageFolder
            } else {
                return nil
            }
        }
    }

    /// What the directory holds.
    public let format: Format
    /// Images to train with.
    public let train: ImageSet
    /// Images to test with, of the same size and classes.
    public let test: ImageSet

    /// Reads the images of a directory.
    ///
    /// - Parameters:
    ///   - directory: The directory.
    ///   - size: What the images of an ``ImageFolder`` are resized to; `nil` demands one size of all. Others keep their
    ///     size.
    /// - Throws: ``FileError`` as the format's own reader, or where the directory is missing or has no known format.
    public init(directory: String, size: ImageSize? = nil) throws(FileError) {
        let expected =
            "a directory with CIFAR-10's \(CIFAR10.trainFiles[0]), CIFAR-100's \(CIFAR100.trainFile), MNIST's "
            + "train-images-idx3-ubyte or a folder of images for each class"
        guard isDirectory(directory) else { throw .missing(path: directory, expected: expected) }
        guard let format = Format(directory: directory) else {
            throw .malformed(path: directory, found: "none of the formats that are known", expected: expected)
        }
        self.format = format
        switch format {
        case .cifar10: (train, test) = try CIFAR10.load(directory: directory)
        case .cifar100: (train, test) = try CIFAR100.load(directory: directory)
        case .mnist: (train, test) = try MNIST.load(directory: directory)
        case .fashionMNIST: (train, test) = try FashionMNIST.load(directory: directory)
        case .imageFolder: (train, test) = try ImageFolder.loadTrainAndTest(directory: directory, size: size)
        }
    }
}
