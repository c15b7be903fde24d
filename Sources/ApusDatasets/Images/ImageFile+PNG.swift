import ApusTensors
internal import CPNG

extension ImageFile {
    /// The bytes of a PNG file of 8-bit RGB.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)`` where libpng runs out of memory.
    public static func encodePNG(_ image: RGBImage) throws(FileError) -> [UInt8] {
        var header = pngHeader()
        header.width = UInt32(image.width)
        header.height = UInt32(image.height)
        header.format = pngRGB
        defer { png_image_free(&header) }
        var count = 0
        guard png_image_write_to_memory(&header, nil, &count, 0, image.pixels, 0, nil) != 0 else {
            throw .unwritable(path: "PNG", reason: message(header))
        }
        var bytes = [UInt8](repeating: 0, count: count)
        guard png_image_write_to_memory(&header, &bytes, &count, 0, image.pixels, 0, nil) != 0 else {
            throw .unwritable(path: "PNG", reason: message(header))
        }
        return Array(bytes.prefix(count))
    }

    static func decodePNG(_ bytes: [UInt8], name: String) throws(FileError) -> RGBImage {
        var header = pngHeader()
        defer { png_image_free(&header) }
        // libpng keeps the pointer until the image is finished, so both calls run inside one access to the bytes.
        let result: Result<RGBImage, FileError> = bytes.withUnsafeBytes { buffer in
            Result { () throws(FileError) in try decodePNG(buffer, into: &header, name: name) }
        }
        return try result.get()
    }

    private static func decodePNG(
        _ bytes: UnsafeRawBufferPointer, into header: inout png_image, name: String
    ) throws(FileError) -> RGBImage {
        guard png_image_begin_read_from_memory(&header, bytes.baseAddress, bytes.count) != 0 else {
            throw malformedPNG(name, header)
        }
        let (width, height) = (Int(header.width), Int(header.height))
        try checkSize(width: width, height: height, name: name)
        let hasAlpha = header.format & UInt32(PNG_FORMAT_FLAG_ALPHA) != 0
        header.format = pngRGB | (hasAlpha ? UInt32(PNG_FORMAT_FLAG_ALPHA) : 0)
        // Without it libpng takes 16-bit samples for linear light where the file does not say.
        header.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
        var pixels = [UInt8](repeating: 0, count: width * height * (hasAlpha ? 4 : 3))
        guard png_image_finish_read(&header, nil, &pixels, 0, nil) != 0 else { throw malformedPNG(name, header) }
        return RGBImage(height: height, width: width, pixels: hasAlpha ? overWhite(pixels) : pixels)
    }

    /// RGBA with straight alpha laid on white, in the encoded values as browsers do: c·α + 255·(1 − α).
    private static func overWhite(_ rgba: [UInt8]) -> [UInt8] {
        let count = rgba.count / 4
        return [UInt8](unsafeUninitializedCapacity: count * 3) { rgb, initialized in
            for pixel in 0..<count {
                let alpha = Int(rgba[4 * pixel + 3])
                for channel in 0..<3 {
                    let blended = Int(rgba[4 * pixel + channel]) * alpha + 255 * (255 - alpha)
                    rgb[3 * pixel + channel] = UInt8((blended + 127) / 255)
                }
            }
            initialized = count * 3
        }
    }

    private static var pngRGB: UInt32 { UInt32(PNG_FORMAT_FLAG_COLOR) }

    private static func pngHeader() -> png_image {
        var header = png_image()
        header.version = UInt32(PNG_IMAGE_VERSION)
        return header
    }

    private static func malformedPNG(_ name: String, _ header: png_image) -> FileError {
        .malformed(
            path: name, found: "a PNG image that libpng rejects (\(message(header)))", expected: "a whole PNG image")
    }

    private static func message(_ header: png_image) -> String {
        withUnsafeBytes(of: header.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
