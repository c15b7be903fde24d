import ApusDatasets
import ApusTensors
import Testing

@Suite struct JPEGTests {
    /// Three quadrants of blocks of 16×16: red, green; blue, white; 48 columns, so that no two turns look alike.
    private let picture = RGBImage(
        height: 32, width: 48,
        pixels: (0..<32).flatMap { row in (0..<48).flatMap { column in Self.colour(row, column) } })

    private static func colour(_ row: Int, _ column: Int) -> [UInt8] {
        switch (row / 16, column / 16) {
        case (0, 0): [220, 30, 30]
        case (0, _): [30, 200, 40]
        case (_, 0): [30, 40, 210]
        default: [240, 240, 240]
        }
    }

    private func expectClose(_ image: RGBImage, _ expected: RGBImage, sourceLocation: SourceLocation = #_sourceLocation)
    {
        #expect(image.height == expected.height && image.width == expected.width, sourceLocation: sourceLocation)
        // Edges lie between blocks, so at quality 95 only the rounding of colours and coefficients is left.
        let worst = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
        #expect(worst <= 6, sourceLocation: sourceLocation)
    }

    /// An APP1 segment with one EXIF directory of two entries.
    private func exif(_ orientation: Int, littleEndian: Bool = true, type: Int = 3, count: Int = 1) -> [UInt8] {
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            let bytes = (0..<size).map { UInt8(value >> (8 * $0) & 255) }
            return littleEndian ? bytes : bytes.reversed()
        }
        let resolution = number(0x0100, 2) + number(4, 2) + number(1, 4) + number(48, 4)
        let entry = number(0x0112, 2) + number(type, 2) + number(count, 4) + number(orientation, 2) + number(0, 2)
        let tiff =
            Array((littleEndian ? "II" : "MM").utf8) + number(42, 2) + number(8, 4) + number(2, 2) + resolution + entry
            + number(0, 4)
        let body = Array("Exif\0\0".utf8) + tiff
        return [0xFF, 0xE1, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }

    private func file(with segment: [UInt8] = []) throws -> [UInt8] {
        let encoded = try ImageFile.encodeJPEG(picture)
        return Array(encoded.prefix(2)) + segment + encoded.dropFirst(2)
    }

    /// Where EXIF says that the stored row 0 and column 0 are seen.
    private func seen(_ orientation: Int) -> RGBImage {
        let (height, width) = (picture.height, picture.width)
        let (rows, columns) = orientation >= 5 ? (width, height) : (height, width)
        var pixels = [UInt8](repeating: 0, count: rows * columns * 3)
        for row in 0..<height {
            for column in 0..<width {
                let fromBottom = height - 1 - row
                let fromRight = width - 1 - column
                let (y, x) =
                    [
                        1: (row, column), 2: (row, fromRight), 3: (fromBottom, fromRight), 4: (fromBottom, column),
                        5: (column, row), 6: (column, fromBottom), 7: (fromRight, fromBottom), 8: (fromRight, row),
                    ][orientation] ?? (0, 0)
                for channel in 0..<3 {
                    pixels[(y * columns + x) * 3 + channel] = picture.pixels[(row * width + column) * 3 + channel]
                }
            }
        }
        return RGBImage(height: rows, width: columns, pixels: pixels)
    }

    @Test func plain() throws {
        expectClose(try ImageFile.decode(bytes: file(), name: "test.jpg"), picture)
    }

    @Test(arguments: 1...8, [false, true])
    func everyOrientation(orientation: Int, littleEndian: Bool) throws {
        let bytes = try file(with: exif(orientation, littleEndian: littleEndian))
        expectClose(try ImageFile.decode(bytes: bytes, name: "test.jpg"), seen(orientation))
    }

    @Test func orientationBehindOtherSegments() throws {
        let comment: [UInt8] = [0xFF, 0xFE, 0, 5, 65, 66, 67]
        let xmp: [UInt8] = [0xFF, 0xE1, 0, 6] + Array("http".utf8)
        let bytes = try file(with: comment + xmp + exif(6))
        expectClose(try ImageFile.decode(bytes: bytes, name: "test.jpg"), seen(6))
    }

    @Test func senselessOrientationIsUpright() throws {
        for segment in [exif(0), exif(9), exif(6, type: 4), exif(6, count: 2)] {
            expectClose(try ImageFile.decode(bytes: file(with: segment), name: "test.jpg"), picture)
        }
    }

    /// Whatever the bytes of the segment say, the pixels behind it decode.
    @Test func damagedEXIFIsNoReasonToFail() throws {
        let segment = exif(6)
        for position in 10..<segment.count {
            for value: UInt8 in [0, 1, 0x7F, 0xFF] {
                var damaged = segment
                damaged[position] = value
                let image = try ImageFile.decode(bytes: file(with: damaged), name: "test.jpg")
                #expect(image.pixels.count == picture.pixels.count)
            }
        }
    }

    @Test func truncatedAnywhere() throws {
        let bytes = try file(with: exif(3))
        // Without the end marker, 2 bytes, and the last byte of coefficients, padding may be all that is lost.
        for count in 0..<bytes.count - 16 {
            #expect(throws: FileError.self, "\(count) of \(bytes.count) bytes") {
                try ImageFile.decode(bytes: Array(bytes.prefix(count)), name: "test.jpg")
            }
        }
    }

    @Test func claimsOverTheLimit() throws {
        var bytes = try file()
        let frame = try #require(bytes.indices.first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
        bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        let error = #expect(throws: FileError.self) { try ImageFile.decode(bytes: bytes, name: "test.jpg") }
        #expect(error?.description.contains("65500 × 65500 pixels") == true, "\(String(describing: error))")
    }
}
