import ApusDatasets
import ApusTensors
import Testing

@Suite struct PNGTests {
    static let picture = RGBImage(height: 5, width: 7, pixels: (0..<105).map { UInt8(truncatingIfNeeded: $0 * 37) })

    private func decoded(_ text: String) throws -> RGBImage {
        try ImageFile.decode(bytes: PNGFiles.bytes(text), name: "test.png")
    }

    @Test func roundTrip() throws {
        let encoded = try ImageFile.encodePNG(Self.picture)
        #expect(try ImageFile.decode(bytes: encoded, name: "test.png") == Self.picture)
        let folder = try TemporaryFolder()
        try folder.write(encoded, "image without a telling name")
        #expect(try ImageFile.decode(path: folder("image without a telling name")) == Self.picture)
        #expect(Self.picture[1, 2] == (Self.picture.pixels[27], Self.picture.pixels[28], Self.picture.pixels[29]))
    }

    @Test func palette() throws {
        #expect(try decoded(PNGFiles.palette).pixels == [255, 0, 0, 0, 128, 0, 0, 0, 200, 255, 0, 0])
        #expect(try decoded(PNGFiles.paletteWithAlpha).pixels == [255, 0, 0, 255, 255, 255])
    }

    @Test func grey() throws {
        #expect(try decoded(PNGFiles.grey).pixels == [0, 0, 0, 100, 100, 100, 255, 255, 255])
        let bits: [UInt8] = [1, 0, 1, 0, 0, 1, 0, 1]
        #expect(try decoded(PNGFiles.oneBit).pixels == bits.flatMap { [$0 * 255, $0 * 255, $0 * 255] })
    }

    @Test func sixteenBits() throws {
        let image = try decoded(PNGFiles.sixteenBit)
        #expect(image.width == 2 && image.height == 1)
        #expect(image.pixels == [0, 128, 255, 10, 20, 30])
    }

    @Test func alphaLiesOnWhite() throws {
        #expect(try decoded(PNGFiles.alpha).pixels == [10, 20, 30, 255, 255, 255, 127, 177, 255])
        #expect(try decoded(PNGFiles.greyAlpha).pixels == [50, 50, 50, 255, 255, 255])
    }

    @Test func claimsOverTheLimit() throws {
        let error = #expect(throws: FileError.self) { try decoded(PNGFiles.bomb) }
        #expect(
            error?.description == "test.png: found an image of 100000 × 100000 pixels, expected 1 to 134217728 pixels")
    }

    @Test func truncatedAnywhere() throws {
        let encoded = try ImageFile.encodePNG(Self.picture)
        // The closing chunk, 12 bytes, holds nothing that an image needs.
        for count in 0..<encoded.count - 12 {
            #expect(throws: FileError.self, "\(count) of \(encoded.count) bytes") {
                try ImageFile.decode(bytes: Array(encoded.prefix(count)), name: "test.png")
            }
        }
    }

    @Test func noFile() {
        #expect(throws: FileError.missing(path: "/nowhere.png", expected: "a PNG, JPEG, PPM or PGM image")) {
            try ImageFile.decode(path: "/nowhere.png")
        }
        #expect(throws: FileError.self) { try ImageFile.decode(path: "/") }
    }

    @Test(arguments: ["", "P", "P6", "GIF89a", "hello, world", "\u{FFFD}\u{FFFD}"])
    func garbage(text: String) {
        let error = #expect(throws: FileError.self) { try ImageFile.decode(bytes: Array(text.utf8), name: "it") }
        #expect(error?.description.hasPrefix("it: found ") == true)
    }

    @Test func garbageAfterEveryMagicNumber() {
        let starts: [[UInt8]] = [[0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF], Array("P5 ".utf8), Array("P6 ".utf8)]
        for start in starts {
            let bytes = start + (0..<999).map { UInt8(truncatingIfNeeded: $0 * 151 + 13) }
            #expect(throws: FileError.self) { try ImageFile.decode(bytes: bytes, name: "it") }
        }
    }
}
