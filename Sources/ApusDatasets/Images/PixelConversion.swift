/// Bytes to scaled floats without a change of size.
struct PixelConversion: Sendable {
    private let scale: [Float]
    private let offset: [Float]
    private let rows: Int

    init(height: Int, width: Int, channels: Int, scaling: PixelScaling) {
        (scale, offset) = scaling.expanded(width: width, channels: channels)
        rows = height
    }

    /// Converts one image.
    func convert(_ pixels: UnsafePointer<UInt8>, into output: UnsafeMutablePointer<Float>) {
        let count = scale.count
        scale.withUnsafeBufferPointer { scale in
            offset.withUnsafeBufferPointer { offset in
                for row in 0..<rows {
                    let (pixels, output) = (pixels + row * count, output + row * count)
                    for index in 0..<count {
                        output[index] = Float(pixels[index]) * scale[index] + offset[index]
                    }
                }
            }
        }
    }
}
