import ApusTensors
internal import CTurboJPEG

extension ImageFile {
    static func decodeJPEG(_ bytes: [UInt8], name: String) throws(FileError) -> RGBImage {
        guard let decoder = tjInitDecompress() else { throw malformedJPEG(name, nil) }
        defer { tjDestroy(decoder) }
        var (width, height, subsampling, colorspace) = (Int32(0), Int32(0), Int32(0), Int32(0))
        let count = UInt(bytes.count)
        guard tjDecompressHeader3(decoder, bytes, count, &width, &height, &subsampling, &colorspace) == 0 else {
            throw malformedJPEG(name, decoder)
        }
        try checkSize(width: Int(width), height: Int(height), name: name)
        let isCMYK = [TJCS_CMYK.rawValue, TJCS_YCCK.rawValue].contains(UInt32(colorspace))
        let format = isCMYK ? TJPF_CMYK : TJPF_RGB
        var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * (isCMYK ? 4 : 3))
        let status = tjDecompress2(
            decoder, bytes, count, &pixels, width, 0, height, Int32(format.rawValue), TJFLAG_LIMITSCANS)
        guard status == 0 || isHarmless(decoder) else { throw malformedJPEG(name, decoder) }
        let image = RGBImage(height: Int(height), width: Int(width), pixels: isCMYK ? rgb(fromCMYK: pixels) : pixels)
        return image.oriented(EXIFOrientation(jpeg: bytes) ?? .upright)
    }

    /// The bytes of a JPEG file without chroma subsampling, for tests.
    package static func encodeJPEG(_ image: RGBImage, quality: Int = 95) throws(FileError) -> [UInt8] {
        guard let encoder = tjInitCompress() else { throw .unwritable(path: "JPEG", reason: "no encoder") }
        defer { tjDestroy(encoder) }
        var buffer: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        defer { tjFree(buffer) }
        let status = tjCompress2(
            encoder, image.pixels, Int32(image.width), 0, Int32(image.height), Int32(TJPF_RGB.rawValue), &buffer,
            &count,
            Int32(TJSAMP_444.rawValue), Int32(quality), 0)
        guard status == 0, let buffer else { throw .unwritable(path: "JPEG", reason: message(encoder)) }
        return Array(UnsafeBufferPointer(start: buffer, count: Int(count)))
    }

    /// Many cameras leave stray bytes before a marker; every other warning means lost pixels.
    private static func isHarmless(_ decoder: tjhandle) -> Bool {
        tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue) && message(decoder).contains("extraneous bytes")
    }

    /// Adobe's CMYK, stored inverted (0 is full ink): R = C·K / 255.
    private static func rgb(fromCMYK pixels: [UInt8]) -> [UInt8] {
        let count = pixels.count / 4
        return [UInt8](unsafeUninitializedCapacity: count * 3) { rgb, initialized in
            for pixel in 0..<count {
                let black = Int(pixels[4 * pixel + 3])
                for channel in 0..<3 {
                    rgb[3 * pixel + channel] = UInt8((Int(pixels[4 * pixel + channel]) * black + 127) / 255)
                }
            }
            initialized = count * 3
        }
    }

    private static func malformedJPEG(_ name: String, _ decoder: tjhandle?) -> FileError {
        .malformed(
            path: name, found: "a JPEG image that libjpeg rejects (\(message(decoder)))", expected: "a whole JPEG image"
        )
    }

    private static func message(_ handle: tjhandle?) -> String { String(cString: tjGetErrorStr2(handle)) }
}
