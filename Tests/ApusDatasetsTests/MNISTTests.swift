import ApusDatasets
import ApusTensors
import Foundation
import TestSupport
import Testing

@Suite struct MNISTTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func big(_ number: Int) -> [UInt8] { (0..<4).reversed().map { UInt8(number >> (8 * $0) & 255) } }

    private func images(_ count: Int, rows: Int = 4, columns: Int = 3) -> [UInt8] {
        [0, 0, 8, 3] + big(count) + big(rows) + big(columns)
            + (0..<count * rows * columns).map { (index: Int) -> UInt8 in UInt8(truncatingIfNeeded: index * 7) }
    }

    private func labels(_ count: Int) -> [UInt8] {
        [0, 0, 8, 1] + big(count) + (0..<count).map { (index: Int) -> UInt8 in UInt8(index % 10) }
    }

    /// Writes the four files, of which some are others.
    private func write(_ others: [String: [UInt8]] = [:]) throws {
        let files = [
            "train-images-idx3-ubyte": images(12), "train-labels-idx1-ubyte": labels(12),
            "t10k-images-idx3-ubyte": images(5), "t10k-labels-idx1-ubyte": labels(5),
        ]
        for (name, bytes) in files.merging(others, uniquingKeysWith: { $1 }) { try folder.write(bytes, name) }
    }

    private func gzip(_ name: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = [folder(name)]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func expectError(_ file: String, _ found: String) {
        let error = #expect(throws: FileError.self) { try MNIST.load(directory: folder.path) }
        #expect(error?.description.hasPrefix("\(folder(file)):") == true, "\(String(describing: error))")
        #expect(error?.description.contains(found) == true, "\(String(describing: error))")
    }

    @Test(arguments: [false, true])
    func loads(compressed: Bool) throws {
        try write()
        if compressed { for name in try folder.contents() { try gzip(name) } }
        #expect(MNIST.isPresent(in: folder.path))
        let (train, test) = try MNIST.load(directory: folder.path)
        #expect(train.count == 12 && test.count == 5)
        #expect((train.height, train.width, train.channels) == (4, 3, 1))
        #expect(train.labels == (0..<12).map { $0 % 10 } && train.classNames == MNIST.classNames)
        #expect(train.pixels(of: 11) == Array(images(12).suffix(12)))
        #expect(try FashionMNIST.load(directory: folder.path).test.classNames[9] == "Ankle boot")
    }

    @Test(arguments: [
        ("train-images-idx3-ubyte", [0, 0, 8, 1] as [UInt8], "begin with 0 0 8 1, expected"),
        ("train-images-idx3-ubyte", [0, 0, 8], "the end of the file within its header"),
        ("train-images-idx3-ubyte", [], "the end of the file within its header"),
        ("train-images-idx3-ubyte", [0, 0, 13, 3] + [UInt8](repeating: 0, count: 12), "0 0 d 3"),
        ("train-images-idx3-ubyte", [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), "declares"),
        ("train-images-idx3-ubyte", [0, 0, 8, 3] + [UInt8](repeating: 0, count: 12), "declares [0, 0, 0]"),
        ("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 2, 1, 1], "2 labels, expected 5"),
        ("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 5, 1, 1, 1, 10, 1], "label 10 of image 3"),
        ("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 5, 1, 1, 1, 1], "declares [5]"),
        ("t10k-labels-idx1-ubyte", [0, 0, 8, 1, 0, 0, 0, 5, 1, 1, 1, 1, 1, 1], "declares [5]"),
    ])
    func malformed(name: String, bytes: [UInt8], sentence: String) throws {
        try write([name: bytes])
        expectError(name, sentence)
    }

    @Test func missing() throws {
        try write()
        try FileManager.default.removeItem(atPath: folder("t10k-labels-idx1-ubyte"))
        expectError("t10k-labels-idx1-ubyte", "not found")
    }

    @Test func damagedCompression() throws {
        try write()
        try gzip("train-images-idx3-ubyte")
        let name = "train-images-idx3-ubyte.gz"
        let whole = try bytes(of: folder(name))
        for count in [2, 9, 20, whole.count - 9, whole.count - 1] {
            try folder.write(Array(whole.prefix(count)), name)
            expectError(name, count < 12 ? "compressed data" : "amid compressed data")
        }
        var flipped = whole
        flipped[whole.count - 6] ^= 1
        try folder.write(flipped, name)
        expectError(name, "zlib rejects")
    }

    /// A header that declares less than what is inflated, and one that declares more than ever can be.
    @Test func gzipBombs() throws {
        try write(["train-images-idx3-ubyte": images(12) + [UInt8](repeating: 0, count: 50_000_000)])
        try gzip("train-images-idx3-ubyte")
        expectError("train-images-idx3-ubyte.gz", "more bytes than its header declares, expected 144")
        try FileManager.default.removeItem(atPath: folder("train-images-idx3-ubyte.gz"))
        try write(["train-images-idx3-ubyte": [0, 0, 8, 3] + big(1 << 20) + big(1 << 10) + big(1 << 10)])
        try gzip("train-images-idx3-ubyte")
        expectError("train-images-idx3-ubyte.gz", "no more than its compressed bytes can hold")
    }
}
