import ApusDatasets
import ApusTensors
import Testing

@Suite struct PortableMapTests {
    private func decoded(_ header: String, _ samples: [UInt8] = []) throws -> RGBImage {
        try ImageFile.decode(bytes: Array(header.utf8) + samples, name: "test.ppm")
    }

    @Test func binary() throws {
        let colour = try decoded("P6\n# a comment\n2 1\n255\n", [1, 2, 3, 4, 5, 6])
        #expect(colour == RGBImage(height: 1, width: 2, pixels: [1, 2, 3, 4, 5, 6]))
        let grey = try decoded("P5 1 2 255 ", [9, 10])
        #expect(grey == RGBImage(height: 2, width: 1, pixels: [9, 9, 9, 10, 10, 10]))
    }

    @Test func decimal() throws {
        #expect(try decoded("P3\n1 2\n255\n1 2 3\n# more\n4 5 6").pixels == [1, 2, 3, 4, 5, 6])
        #expect(try decoded("P2 3 1 15 0 7 15").pixels == [0, 0, 0, 119, 119, 119, 255, 255, 255])
    }

    @Test func sixteenBits() throws {
        #expect(try decoded("P5 2 1 65535\n", [0xFF, 0xFF, 0x80, 0]).pixels == [255, 255, 255, 128, 128, 128])
        #expect(try decoded("P5 1 1 1000\n", [0x01, 0xF4]).pixels == [128, 128, 128])
    }

    @Test(arguments: [
        ("P6 2 1 255\n", 5, "5 bytes of samples"), ("P6 2 1 255", 0, "no blank"), ("P6 0 1 255\n", 3, "its width"),
        ("P6 1 1 0\n", 3, "largest sample"), ("P6 1 1 65536\n", 6, "largest sample"), ("P6 1", 0, "its height"),
        ("P6 100000 100000 255\n", 9, "100000 × 100000 pixels"), ("P6 99999999999999999999 1 255\n", 9, "its width"),
        ("P3 1 1 255 1 2", 0, "sample 2"), ("P3 1 1 255 1 2 256", 0, "sample 2"), ("P2 1 1 255 x", 0, "sample 0"),
        ("P6 -1 1 255\n", 3, "its width"), ("P5 # never ends", 0, "its width"),
        ("P5 4294967297 4294967297 255\n", 1, "width"),
    ])
    func malformed(header: String, samples: Int, word: String) {
        let error = #expect(throws: FileError.self) { try decoded(header, Array(repeating: 1, count: samples)) }
        #expect(error?.description.contains(word) == true, "\(String(describing: error))")
    }

    @Test func sampleOverTheMaximum() {
        #expect(throws: FileError.self) { try decoded("P5 1 1 100\n", [101]) }
    }
}
