import ApusDatasets
import ApusTensors
import Foundation
import Testing

@Suite struct ImageFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, shade: UInt8, side: Int = 4) throws {
        let path = folder(name)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let image = RGBImage(
            height: side, width: side, pixels: [UInt8](repeating: shade, count: side * side * 3))
        let bytes = name.hasSuffix("png") ? try ImageFile.encodePNG(image) : try ImageFile.encodeJPEG(image)
        try folder.write(bytes, name)
    }

    private func expectError(_ found: String, size: ImageSize? = nil) {
        let error = #expect(throws: FileError.self) { try ImageFolder.load(directory: folder.path, size: size) }
        #expect(error?.description.contains(found) == true, "\(String(describing: error))")
    }

    @Test func classesInOrderOfNames() throws {
        for (index, name) in ["dog/b.png", "dog/a.JPG", "cat/1.jpeg", "Zebra/z.png"].enumerated() {
            try write(name, shade: UInt8(index * 50))
        }
        try folder.write([1], "dog/readme.txt")
        try folder.write([1], "dog/.hidden.png")
        try FileManager.default.createDirectory(atPath: folder("empty"), withIntermediateDirectories: false)
        let set = try ImageFolder.load(directory: folder.path)
        #expect(set.classNames == ["Zebra", "cat", "dog"] && set.labels == [0, 1, 2, 2])
        #expect((0..<4).map { set.pixels(of: $0)[0] } == [150, 100, 50, 0])
        #expect((set.height, set.width, set.channels) == (4, 4, 3))
    }

    @Test func sizes() throws {
        try write("a/1.png", shade: 10)
        try write("b/2.png", shade: 20, side: 9)
        expectError("found an image of 9×9, expected 4×4 as")
        let set = try ImageFolder.load(directory: folder.path, size: 6)
        #expect(set.height == 6 && set.pixels(of: 1) == [UInt8](repeating: 20, count: 108))
    }

    @Test func malformed() throws {
        expectError("no folder with images")
        try write("a/1.png", shade: 10)
        try folder.write([1, 2, 3], "a/2.png")
        expectError("/a/2.png: found bytes that begin with 01 02 03")
        #expect(throws: FileError.self) { try ImageFolder.load(directory: folder("nowhere")) }
    }

    @Test func trainAndTestFolders() throws {
        for part in ["train", "test"] {
            try write("\(part)/a/1.png", shade: 10)
            try write("\(part)/b/1.png", shade: 20)
        }
        try FileManager.default.removeItem(atPath: folder("test/a"))
        let (train, test) = try ImageFolder.loadTrainAndTest(directory: folder.path)
        #expect(train.labels == [0, 1] && test.labels == [1] && test.classNames == ["a", "b"])
        try write("test/c/1.png", shade: 20)
        #expect(throws: FileError.self) { try ImageFolder.loadTrainAndTest(directory: folder.path) }
    }

    @Test func oneFolderIsSplit() throws {
        for index in 0..<10 {
            try write("a/\(index).png", shade: UInt8(index))
            try write("b/\(index).png", shade: UInt8(100 + index))
        }
        let (train, test) = try ImageFolder.loadTrainAndTest(directory: folder.path)
        #expect(train.labels.count { $0 == 0 } == 8 && test.labels == [0, 0, 1, 1])
        let again = try ImageFolder.loadTrainAndTest(directory: folder.path)
        #expect(again.test.pixels(of: 0) == test.pixels(of: 0))
    }
}
