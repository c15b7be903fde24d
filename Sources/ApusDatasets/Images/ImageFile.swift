import ApusTensors

/// Image files of any size as RGB bytes: PNG, JPEG, and the portable pixmaps and graymaps P2, P3, P5 and P6.
///
/// The format is told by the first bytes, never by the name. Grey becomes RGB with three equal channels, 16 bits a
/// channel become 8, transparent pixels lie on white, and a JPEG's EXIF orientation is applied.
public enum ImageFile {
    /// Most pixels that an image may claim: 128 Mi, which take 384 MiB as RGB. A file of a few bytes can claim many
    /// more.
    public static let pixelLimit = 1 << 27

    /// Most bytes of a file: 1 GiB.
    static let byteLimit = 1 << 30

    static let expectation = "a PNG, JPEG, PPM or PGM image"

    /// Reads and decodes a file.
    ///
    /// - Throws: ``FileError`` where there is no such file, or it is no image, cut short, damaged or over
    ///   ``pixelLimit``.
    public static func decode(path: String) throws(FileError) -> RGBImage {
        try decode(bytes: readFile(path, expected: expectation, atMost: byteLimit), name: path)
    }

    /// Decodes the bytes of a file; `name` stands for its path in errors.
    ///
    /// - Throws: ``FileError/malformed(path:found:expected:)``.
    public static func decode(bytes: [UInt8], name: String) throws(FileError) -> RGBImage {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return try decodePNG(bytes, name: name) }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return try decodeJPEG(bytes, name: name) }
        if bytes.count > 2, bytes[0] == UInt8(ascii: "P"), [2, 3, 5, 6].contains(Int(bytes[1]) - 48) {
            return try decodePortableMap(bytes, name: name)
        }
        let start = bytes.prefix(4).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }
        throw .malformed(
            path: name, found: bytes.isEmpty ? "no bytes" : "bytes that begin with \(start.joined(separator: " "))",
            expected: expectation)
    }

    /// Refuses sizes that no memory should be set aside for.
    static func checkSize(width: Int, height: Int, name: String) throws(FileError) {
        let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
        guard width >= 1, height >= 1, !overflow, pixels <= pixelLimit else {
            throw .malformed(
                path: name, found: "an image of \(width) × \(height) pixels", expected: "1 to \(pixelLimit) pixels")
        }
    }
}
