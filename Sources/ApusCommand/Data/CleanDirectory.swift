import Apus
import Foundation

/// The directory of cleaned data, which is made anew.
struct CleanDirectory {
    let path: String

    /// Makes the directory, which may be there already if it is empty.
    init(_ path: String) throws {
        let manager = FileManager.default
        if let contents = try? manager.contentsOfDirectory(atPath: path), !contents.isEmpty {
            throw FileError.unwritable(path: path, reason: "something is there already, expected a new directory")
        }
        do {
            try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw FileError.unwritable(path: path, reason: "the directory cannot be made")
        }
        self.path = path
    }

    /// Removes the directory if nothing was written to it.
    func removeIfUnused() { rmdir(path) }

    /// Writes images in the form in which they came.
    func write(_ data: LabelledData, train: ImageSet) throws {
        guard train.count >= 5 else {
            throw FileError.malformed(
                path: data.source, found: "\(train.count) training images that are not bad", expected: "at least 5")
        }
        switch data.format {
        case .cifar10, nil: try CIFAR10.write(train: train, test: data.test, to: path)
        case .cifar100:
            let coarse = try CIFAR100.load(directory: data.source, labels: .coarse)
            var superclasses = [Int](repeating: 0, count: data.train.classNames.count)
            for (fine, coarse) in [(data.test, coarse.test), (data.train, coarse.train)] {
                for index in 0..<fine.count { superclasses[fine.label(of: index)] = coarse.label(of: index) }
            }
            try CIFAR100.write(train: train, test: data.test, superclasses: superclasses, to: path)
        case .mnist, .fashionMNIST: try MNIST.write(train: train, test: data.test, to: path)
        case .imageFolder: try ImageFolder.write(train: train, test: data.test, to: path)
        }
    }
}
