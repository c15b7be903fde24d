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
        // What becomes of each of the 256 bytes, so that only the saturation is worked out pixel by pixel.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { table in
            for byte in 0..<256 { table[byte] = clamp(Float(byte) * (brightness / 255)) }
            if contrast != 1 {
                let rest = (1 - contrast) * grey(image, table)
                for byte in 0..<256 { table[byte] = clamp(contrast * table[byte] + rest) }
            }
            if image.channels == 3, saturation != 1 {
                saturate(image, table, saturation)
            } else {
                for index in 0..<image.count { image.pixels[index] = byte(table[Int(image.pixels[index])]) }
            }
        }
    }

    private func saturate(_ image: AugmentedImage, _ table: UnsafeMutableBufferPointer<Float>, _ saturation: Float) {
        let pixels = image.pixels
        for start in stride(from: 0, to: image.count, by: 3) {
            let red = table[Int(pixels[start])]
            let green = table[Int(pixels[start + 1])]
            let blue = table[Int(pixels[start + 2])]
            let own = (1 - saturation) * (Self.red * red + Self.green * green + Self.blue * blue)
            pixels[start] = byte(clamp(saturation * red + own))
            pixels[start + 1] = byte(clamp(saturation * green + own))
            pixels[start + 2] = byte(clamp(saturation * blue + own))
        }
    }

    /// The mean of the grey values of an image whose bytes stand for what a table says.
    private func grey(_ image: AugmentedImage, _ table: UnsafeMutableBufferPointer<Float>) -> Float {
        let isColour = image.channels == 3
        var sum: Float = 0
        for row in 0..<image.height {
            let pixels = image.pixels + row * image.rowBytes
            var sums: (Float, Float, Float) = (0, 0, 0)
            if isColour {
                for start in stride(from: 0, to: image.rowBytes, by: 3) {
                    sums.0 += table[Int(pixels[start])]
                    sums.1 += table[Int(pixels[start + 1])]
                    sums.2 += table[Int(pixels[start + 2])]
                }
                sum += Self.red * sums.0 + Self.green * sums.1 + Self.blue * sums.2
            } else {
                for index in 0..<image.rowBytes { sums.0 += table[Int(pixels[index])] }
                sum += sums.0
            }
        }
        return sum / Float(isColour ? image.height * image.width : image.count)
    }

    // torchvision's weights of grey.
    private static let red: Float = 0.2989
    private static let green: Float = 0.587
    private static let blue: Float = 0.114

    @inline(__always)
    private func clamp(_ value: Float) -> Float { value < 0 ? 0 : (value > 1 ? 1 : value) }

    @inline(__always)
    private func byte(_ value: Float) -> UInt8 { UInt8(truncatingIfNeeded: Int32(value * 255 + 0.5)) }
}
