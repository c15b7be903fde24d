import ApusDatasets
import ApusTensors
import Foundation
import Testing

/// Directories are told by their files, and what is written is read back.
@Suite struct ImageDatasetTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func images(_ count: Int, classes: Int, side: Int = 32, channels: Int = 3) -> ImageSet {
        let bytes = side * side * channels
        return ImageSet(
            name: "set", height: side, width: side, channels: channels, classNames: (0..<classes).map { "class \($0)" },
            pixels: (0..<count * bytes).map { (index: Int) -> UInt8 in UInt8(truncatingIfNeeded: index &* 40_503 >> 4)
            },
            labels: (0..<count).map { (index: Int) -> Int in index * 7 % classes })
    }

    private func make(_ name: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: true)
        return folder(name)
    }

    private func expectSame(_ found: ImageSet, _ expected: ImageSet) {
        #expect(found.labels == expected.labels)
        let isSame = (0..<expected.count).allSatisfy { found.pixels(of: $0) == expected.pixels(of: $0) }
        #expect(isSame)
    }

    @Test func cifar() throws {
        let (train, test) = (images(12, classes: 10), images(3, classes: 10))
        let directory = try make("ten")
        try CIFAR10.write(train: train, test: test, to: directory)
        let data = try ImageDataset(directory: directory)
        #expect(data.format == .cifar10 && data.train.classNames == train.classNames)
        expectSame(data.train, train)
        expectSame(data.test, test)

        let (many, few) = (images(9, classes: 100), images(2, classes: 100))
        let hundred = try make("hundred")
        try CIFAR100.write(train: many, test: few, superclasses: (0..<100).map { $0 % 20 }, to: hundred)
        let fine = try ImageDataset(directory: hundred)
        #expect(fine.format == .cifar100 && fine.test.classNames == many.classNames)
        expectSame(fine.train, many)
        #expect(try CIFAR100.load(directory: hundred, labels: .coarse).train.labels == many.labels.map { $0 % 20 })
    }

    @Test func mnist() throws {
        let (train, test) = (images(7, classes: 10, side: 5, channels: 1), images(3, classes: 10, side: 5, channels: 1))
        for (name, format) in [("digits", ImageDataset.Format.mnist), ("Fashion-MNIST", .fashionMNIST)] {
            let directory = try make(name)
            try MNIST.write(train: train, test: test, to: directory)
            let data = try ImageDataset(directory: directory)
            #expect(data.format == format && data.train.channels == 1)
            expectSame(data.train, train)
            expectSame(data.test, test)
        }
    }

    @Test func imageFolder() throws {
        let (train, test) = (images(7, classes: 3, side: 6), images(4, classes: 3, side: 6))
        let directory = try make("photos")
        try ImageFolder.write(train: train, test: test, to: directory)
        let data = try ImageDataset(directory: directory)
        #expect(data.format == .imageFolder && data.train.classNames == train.classNames)
        let order = (0..<7).sorted { (train.label(of: $0), $0) < (train.label(of: $1), $1) }
        expectSame(data.train, train.subset(order))
        #expect(data.test.count == 4)
        let small = try ImageDataset(directory: directory, size: 3)
        #expect(small.train.height == 3)
    }

    @Test func unknown() throws {
        let error = #expect(throws: FileError.self) { try ImageDataset(directory: folder("nowhere")) }
        #expect(error?.description.contains("not found") == true)
        let directory = try make("empty")
        let other = #expect(throws: FileError.self) { try ImageDataset(directory: directory) }
        #expect(other?.description.contains("none of the formats that are known") == true)
    }
}
