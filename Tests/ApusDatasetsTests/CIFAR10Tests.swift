import ApusDatasets
import ApusTensors
import Foundation
import Testing

@Suite struct CIFAR10Tests {
    private let folder: TemporaryFolder
    private let directory: String

    init() throws {
        folder = try TemporaryFolder()
        directory = folder("cifar")
        try CIFAR10Files.write(to: directory)
    }

    private func damage(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
        let url = URL(fileURLWithPath: "\(directory)/\(name)")
        var contents = Array(try Data(contentsOf: url))
        change(&contents)
        try Data(contents).write(to: url)
    }

    private func expectError(_ path: String, _ found: String) {
        let error = #expect(throws: FileError.self) { try CIFAR10.load(directory: directory) }
        #expect(error?.description.hasPrefix("\(path):") == true, "\(String(describing: error))")
        #expect(error?.description.contains(found) == true, "\(String(describing: error))")
    }

    @Test func planesBecomePixels() throws {
        let (train, test) = try CIFAR10.load(directory: directory)
        #expect(train.count == 30 && test.count == 3)
        #expect((train.height, train.width, train.channels) == (32, 32, 3))
        #expect(train.classNames == CIFAR10.classNames && test.classNames == CIFAR10.classNames)
        for (set, first) in [(train, 0), (test, 1_000)] {
            for index in 0..<set.count {
                let image = first + index
                #expect(set.label(of: index) == Int(CIFAR10Files.label(image: image)))
                let expected = (0..<32 * 32 * 3).map {
                    CIFAR10Files.pixel(image: image, row: $0 / 96, column: $0 / 3 % 32, channel: $0 % 3)
                }
                #expect(set.pixels(of: index) == expected)
            }
        }
    }

    @Test func classNamesOfTheDirectory() throws {
        let names = (0..<10).map { "class \($0)" }
        try CIFAR10Files.write(to: directory, classNames: names.joined(separator: "\n") + "\n\n")
        #expect(try CIFAR10.load(directory: directory).train.classNames == names)
        try CIFAR10Files.write(to: directory, classNames: "one\ntwo\n")
        expectError("\(directory)/batches.meta.txt", "2 class names")
    }

    @Test func missingDirectory() {
        let error = #expect(throws: FileError.self) { try CIFAR10.load(directory: folder("nowhere")) }
        #expect(error?.description.hasPrefix("\(folder("nowhere")): not found") == true)
    }

    @Test(arguments: CIFAR10.trainFiles + [CIFAR10.testFile])
    func missingFile(name: String) throws {
        try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
        expectError("\(directory)/\(name)", "not found")
    }

    @Test(arguments: [0, 1, 3_072, 3_074, 6_145])
    func oddSize(size: Int) throws {
        try damage("data_batch_3.bin") { $0 = Array(repeating: 0, count: size) }
        expectError("\(directory)/data_batch_3.bin", "\(size) bytes, expected a positive multiple of 3073 bytes")
    }

    @Test func labelOverNine() throws {
        try damage("data_batch_2.bin") { $0[3_073 * 4] = 10 }
        expectError("\(directory)/data_batch_2.bin", "label 10 in record 4, expected a label from 0 to 9")
    }

    @Test func directoryInPlaceOfAFile() throws {
        try FileManager.default.removeItem(atPath: "\(directory)/test_batch.bin")
        try FileManager.default.createDirectory(
            atPath: "\(directory)/test_batch.bin", withIntermediateDirectories: false)
        expectError("\(directory)/test_batch.bin", "a directory")
    }

    @Test func manyRecordsOfOneFile() throws {
        try damage("test_batch.bin") { $0 = (0..<1_100).flatMap { CIFAR10Files.record(image: $0) } }
        let test = try CIFAR10.load(directory: directory).test
        #expect(test.labels == (0..<1_100).map { Int(CIFAR10Files.label(image: $0)) })
        #expect(test.pixels(of: 1_099)[0] == CIFAR10Files.pixel(image: 1_099, row: 0, column: 0, channel: 0))
    }
}
