/// From a set's bytes to a network's input: plain conversion, or a resize where the sizes differ.
struct ImageConverter: Sendable {
    private enum Kind: Sendable {
        case plain(PixelConversion)
        case resize(BilinearResize)
    }

    private let kind: Kind
    /// Floats of an output image.
    let outputCount: Int

    init(of images: ImageSet, to size: ImageSize, scaling: PixelScaling) {
        outputCount = size.height * size.width * images.channels
        let input = ImageSize(height: images.height, width: images.width)
        if size == input {
            kind = .plain(
                PixelConversion(
                    height: size.height, width: size.width, channels: images.channels, scaling: scaling))
        } else {
            kind = .resize(BilinearResize(from: input, to: size, channels: images.channels, scaling: scaling))
        }
    }

    /// Fewer floats take less time than waking a thread for them.
    var imagesPerShard: Int { max(1, 65_536 / outputCount) }

    /// Floats of scratch that ``convert(_:into:scratch:)`` needs.
    var scratchCount: Int {
        switch kind {
        case .plain: 0
        case .resize(let resize): resize.scratchCount
        }
    }

    func convert(
        _ pixels: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>?
    ) {
        switch kind {
        case .plain(let conversion): conversion.convert(pixels, into: output)
        case .resize(let resize):
            if let scratch { resize.resize(pixels, into: output, scratch: scratch) }
        }
    }
}
