import ApusDatasets
import ApusTensors
import Foundation
import Testing

@Suite struct CIFAR100Tests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write((0..<7).flatMap(record), "train.bin")
        try folder.write((7..<10).flatMap(record), "test.bin")
    }

    private func record(_ image: Int) -> [UInt8] {
        let pixels = CIFAR10Files.record(image: image).dropFirst()
        return [UInt8(image % 20), UInt8(image * 11 % 100)] + pixels
    }

    private func expectError(_ file: String, _ found: String) {
        let error = #expect(throws: FileError.self) { try CIFAR100.load(directory: folder.path) }
        #expect(error?.description.hasPrefix("\(folder(file)):") == true, "\(String(describing: error))")
        #expect(error?.description.contains(found) == true, "\(String(describing: error))")
    }

    @Test func fineAndCoarse() throws {
        let (train, test) = try CIFAR100.load(directory: folder.path)
        #expect(train.labels == (0..<7).map { $0 * 11 } && test.labels == [77, 88, 99])
        #expect(train.classNames == CIFAR100.classNames && train.classNames.count == 100)
        #expect(Set(train.classNames).count == 100 && train.classNames == train.classNames.sorted())
        let expected = (0..<32 * 32 * 3).map {
            CIFAR10Files.pixel(image: 8, row: $0 / 96, column: $0 / 3 % 32, channel: $0 % 3)
        }
        #expect(test.pixels(of: 1) == expected)
        let coarse = try CIFAR100.load(directory: folder.path, labels: .coarse)
        #expect(coarse.train.labels == Array(0..<7) && coarse.train.classNames == CIFAR100.superclassNames)
        #expect(coarse.train.pixels(of: 3) == train.pixels(of: 3))
    }

    @Test func namesOfTheDirectory() throws {
        try folder.write(Array((0..<100).map { "name \($0)" }.joined(separator: "\n").utf8), "fine_label_names.txt")
        #expect(try CIFAR100.load(directory: folder.path).test.classNames[99] == "name 99")
        try folder.write(Array("one".utf8), "fine_label_names.txt")
        expectError("fine_label_names.txt", "1 class names, expected 100")
    }

    @Test func malformed() throws {
        try folder.write(Array(record(1).dropLast()), "train.bin")
        expectError("train.bin", "3073 bytes, expected a positive multiple of 3074 bytes")
        var bytes = record(1) + record(2)
        bytes[3_075] = 100
        try folder.write(bytes, "train.bin")
        expectError("train.bin", "fine label 100 in record 1, expected a fine label from 0 to 99")
        bytes[0] = 20
        try folder.write(bytes, "train.bin")
        expectError("train.bin", "coarse label 20 in record 0")
        try FileManager.default.removeItem(atPath: folder("train.bin"))
        expectError("train.bin", "not found")
        #expect(throws: FileError.self) { try CIFAR100.load(directory: folder("nowhere")) }
    }
}
