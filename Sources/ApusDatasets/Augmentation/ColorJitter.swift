import ApusTensors

/// Changes brightness, contrast and saturation by random factors, as torchvision's `ColorJitter` defines them for pixels
/// from 0 to 1, in this order:
///
///     brightness  x ← clamp(b·x)                    b uniform in [1 − brightness, 1 + brightness]
///     contrast    x ← clamp(c·x + (1 − c)·m)        m the mean of the image's grey values
///     saturation  x ← clamp(s·x + (1 − s)·grey)     grey = 0.2989·red + 0.587·green + 0.114·blue of the pixel
///
/// `clamp` keeps values from 0 to 1; they are rounded to bytes once, at the end. Factors are never negative. Images
/// whose channels are not three are their own grey values, pixel by pixel the mean of the channels, and have no
/// saturation.
public struct ColorJitter: AugmentationValue {
    static let name = "jitter"

    /// Greatest change of the brightness's factor, at least 0.
    public var brightness: Double
    /// Greatest change of the contrast's factor, at least 0.
    public var contrast: Double
    /// Greatest change of the saturation's factor, at least 0.
    public var saturation: Double

    /// Changes by at most so much each.
    public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0) {
        self.brightness = brightness
        self.contrast = contrast
        self.saturation = saturation
    }

    var mistake: String? {
        for (name, value) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)]
        where !(value >= 0 && value <= 1000) {
            return "\(name) is \(value), expected 0 to 1000"
        }
        return nil
    }
    var arguments: [String] {
        brightness == contrast && contrast == saturation
            ? ["\(brightness)"] : ["\(brightness)", "\(contrast)", "\(saturation)"]
    }

    func apply(to image: inout AugmentedImage, key: RandomKey) {
        let factor = { (index: Int, most: Double) -> Float in
            let least = max(0, 1 - most)
            return Float(least + (1 + most - least) * key.uniform(index))
        }
        change(
            image, brightness: factor(0, brightness), contrast: factor(1, contrast), saturation: factor(2, saturation))
    }

    /// Changes an image by given factors.
    package func change(_ image: AugmentedImage, brightness: Float, contrast: Float, saturation: Float) {
        let pixels = image.pixels
        if image.channels != 3 || saturation == 1 {
            let mean = contrast == 1 ? 0 : grey(image, brightness: brightness)
            for index in 0..<image.count {
                let bright = clamp(Float(pixels[index]) * (brightness / 255))
                pixels[index] = byte(clamp(contrast * bright + (1 - contrast) * mean))
            }
            return
        }
        let mean = contrast == 1 ? 0 : grey(image, brightness: brightness)
        for start in stride(from: 0, to: image.count, by: 3) {
            let bright = { (channel: Int) -> Float in
                let bright = clamp(Float(pixels[start + channel]) * (brightness / 255))
                return clamp(contrast * bright + (1 - contrast) * mean)
            }
            let (red, green, blue) = (bright(0), bright(1), bright(2))
            let own = (1 - saturation) * luma(red, green, blue)
            pixels[start] = byte(clamp(saturation * red + own))
            pixels[start + 1] = byte(clamp(saturation * green + own))
            pixels[start + 2] = byte(clamp(saturation * blue + own))
        }
    }

    /// The mean of the grey values after the change of brightness.
    private func grey(_ image: AugmentedImage, brightness: Float) -> Float {
        let (pixels, factor) = (image.pixels, brightness / 255)
        var sum: Float = 0
        if image.channels == 3 {
            for row in 0..<image.height {
                var rowSum: Float = 0
                for column in 0..<image.width {
                    let pixel = pixels + row * image.rowBytes + 3 * column
                    rowSum += luma(
                        clamp(Float(pixel[0]) * factor), clamp(Float(pixel[1]) * factor),
                        clamp(Float(pixel[2]) * factor))
                }
                sum += rowSum
            }
            return sum / Float(image.height * image.width)
        }
        for row in 0..<image.height {
            var rowSum: Float = 0
            for index in 0..<image.rowBytes { rowSum += clamp(Float(pixels[row * image.rowBytes + index]) * factor) }
            sum += rowSum
        }
        return sum / Float(image.count)
    }

    @inline(__always)
    private func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
        0.2989 * red + 0.587 * green + 0.114 * blue
    }

    @inline(__always)
    private func clamp(_ value: Float) -> Float { min(max(value, 0), 1) }

    @inline(__always)
    private func byte(_ value: Float) -> UInt8 { UInt8(value * 255 + 0.5) }
}
