import ApusParallel

/// Bilinear resizing of byte images to scaled floats, NHWC, as Keras's `Resizing` and `tf.image.resize` do by default:
/// half-pixel centres and no antialiasing, in rows and columns alike. Between the four neighbours of an output pixel,
///
///     top = tl + (tr − tl)·wx,  bottom = bl + (br − bl)·wx,  output = (top + (bottom − top)·wy)·scale + offset
///
/// A value is prepared once for a pair of sizes and then resizes any number of images, from any thread.
public struct BilinearResize: Sendable {
    /// Size of the images that go in.
    public let input: ImageSize
    /// Size of the images that come out.
    public let output: ImageSize
    /// Channels of both.
    public let channels: Int

    private let rows: InterpolationWeights
    private let lower: [Int32]
    private let upper: [Int32]
    private let weight: [Float]
    private let scale: [Float]
    private let offset: [Float]

    /// Prepares the weights of both axes.
    ///
    /// - Parameters:
    ///   - input: Size of the images that go in, at least 1×1.
    ///   - output: Size of the images that come out, at least 1×1.
    ///   - channels: Channels of both, at least 1.
    ///   - scaling: Applied after the interpolation.
    public init(from input: ImageSize, to output: ImageSize, channels: Int = 3, scaling: PixelScaling = .unit) {
        require(
            min(input.height, input.width, output.height, output.width, channels) >= 1,
            "BilinearResize: from \(input) to \(output) with \(channels) channels, expected at least 1 of each")
        self.input = input
        self.output = output
        self.channels = channels
        rows = InterpolationWeights(from: input.height, to: output.height)
        let columns = InterpolationWeights(from: input.width, to: output.width)
        // One entry per float of a row, so that columns and channels are one loop.
        let positions = (0..<output.width * channels).map { $0.quotientAndRemainder(dividingBy: channels) }
        lower = positions.map { columns.lower[$0.quotient] * Int32(channels) + Int32($0.remainder) }
        upper = positions.map { columns.upper[$0.quotient] * Int32(channels) + Int32($0.remainder) }
        weight = positions.map { columns.weight[$0.quotient] }
        (scale, offset) = scaling.expanded(width: output.width, channels: channels)
    }

    /// Floats of an output image: height · width · channels.
    public var outputCount: Int { output.height * output.width * channels }

    /// Resizes one image.
    ///
    /// - Parameters:
    ///   - pixels: `[input.height, input.width, channels]`.
    ///   - result: `[output.height, output.width, channels]`, overwritten.
    public func resize(_ pixels: Span<UInt8>, into result: inout MutableSpan<Float>) {
        let inputCount = input.height * input.width * channels
        require(
            pixels.count == inputCount && result.count == outputCount,
            "BilinearResize: \(pixels.count) bytes into \(result.count) floats, expected "
                + "[\(input.height), \(input.width), \(channels)] into [\(output.height), \(output.width), \(channels)]"
        )
        withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
            pixels.withUnsafeBufferPointer { pixels in
                result.withUnsafeMutableBufferPointer { result in
                    guard let pixels = pixels.baseAddress, let result = result.baseAddress,
                        let scratch = scratch.baseAddress
                    else { return }
                    resize(pixels, into: result, scratch: scratch)
                }
            }
        }
    }

    /// Floats of scratch memory that ``resize(_:into:scratch:)`` needs: two rows of output.
    package var scratchCount: Int { 2 * output.width * channels }

    /// Resizes one image without allocating.
    package func resize(
        _ pixels: UnsafePointer<UInt8>, into result: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        let count = output.width * channels
        let inputRow = input.width * channels
        // Two input rows, already stretched to the output's width, and which ones they are.
        var (top, bottom) = (scratch, scratch + count)
        var (topRow, bottomRow) = (-1, -1)
        for row in 0..<output.height {
            let (lower, upper) = (Int(rows.lower[row]), Int(rows.upper[row]))
            if topRow != lower && bottomRow == lower {
                (top, bottom) = (bottom, top)
                (topRow, bottomRow) = (bottomRow, topRow)
            }
            if topRow != lower {
                stretch(pixels + lower * inputRow, into: top)
                topRow = lower
            }
            if bottomRow != upper && upper != lower {
                stretch(pixels + upper * inputRow, into: bottom)
                bottomRow = upper
            }
            blend(top, upper == lower ? top : bottom, rows.weight[row], into: result + row * count)
        }
    }

    private func stretch(_ row: UnsafePointer<UInt8>, into stretched: UnsafeMutablePointer<Float>) {
        lower.withUnsafeBufferPointer { lower in
            upper.withUnsafeBufferPointer { upper in
                weight.withUnsafeBufferPointer { weight in
                    for index in 0..<weight.count {
                        let left = Float(row[Int(lower[index])])
                        let right = Float(row[Int(upper[index])])
                        stretched[index] = left + (right - left) * weight[index]
                    }
                }
            }
        }
    }

    private func blend(
        _ top: UnsafePointer<Float>, _ bottom: UnsafePointer<Float>, _ weight: Float,
        into result: UnsafeMutablePointer<Float>
    ) {
        scale.withUnsafeBufferPointer { scale in
            offset.withUnsafeBufferPointer { offset in
                for index in 0..<scale.count {
                    let value = top[index] + (bottom[index] - top[index]) * weight
                    result[index] = value * scale[index] + offset[index]
                }
            }
        }
    }
}
