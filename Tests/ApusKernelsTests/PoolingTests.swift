import ApusBLAS
import ApusKernels
import ApusParallel
import ApusTensors
import Testing

private struct Pooled: Equatable {
    var output: [Double]
    var gradient: [Double]
}

/// The definition, window by window.
private func reference(
    _ geometry: PoolingGeometry, images: Int, _ input: [Double], _ outputGradient: [Double], isMaximum: Bool
) -> Pooled {
    let (size, channels) = (geometry.output, geometry.channels)
    var result = Pooled(output: [], gradient: [Double](repeating: 0, count: input.count))
    // Padding before the image, from the definition of `same`.
    func before(_ input: Int, _ output: Int, _ window: Int, _ stride: Int, _ explicit: Int) -> Int {
        geometry.padding == .same ? max(0, (output - 1) * stride + window - input) / 2 : explicit
    }
    var (top, left) = (0, 0)
    if case .explicit(let t, _, let l, _) = geometry.padding { (top, left) = (t, l) }
    top = before(geometry.input.height, size.height, geometry.window.height, geometry.stride.height, top)
    left = before(geometry.input.width, size.width, geometry.window.width, geometry.stride.width, left)
    for image in 0..<images {
        for h in 0..<size.height {
            for w in 0..<size.width {
                for c in 0..<channels {
                    var pixels: [Int] = []
                    for y in h * geometry.stride.height - top..<h * geometry.stride.height - top
                        + geometry.window.height
                    where (0..<geometry.input.height).contains(y) {
                        for x in w * geometry.stride.width - left..<w * geometry.stride.width - left
                            + geometry.window.width where (0..<geometry.input.width).contains(x)
                        {
                            pixels.append(
                                ((image * geometry.input.height + y) * geometry.input.width + x) * channels + c)
                        }
                    }
                    let slope = outputGradient[result.output.count]
                    if isMaximum {
                        let winner = pixels.dropFirst().reduce(pixels[0]) { input[$1] > input[$0] ? $1 : $0 }
                        result.output.append(input[winner])
                        result.gradient[winner] += slope
                    } else {
                        result.output.append(pixels.reduce(0) { $0 + input[$1] } / Double(pixels.count))
                        for pixel in pixels { result.gradient[pixel] += slope / Double(pixels.count) }
                    }
                }
            }
        }
    }
    return result
}

@Suite struct PoolingTests {
    static let geometries: [PoolingGeometry] = {
        var all: [PoolingGeometry] = []
        for input in [Size2D(6), Size2D(height: 7, width: 9), Size2D(height: 13, width: 5)] {
            for window in [Size2D(1), Size2D(2), Size2D(3), Size2D(height: 2, width: 3)] {
                for stride in [window, Size2D(1), Size2D(2), Size2D(height: 4, width: 3)] {
                    for padding: Padding in [.valid, .same, .explicit(top: 0, bottom: 0, left: 0, right: 0)] {
                        for channels in [1, 3, 16, 37] {
                            all.append(
                                PoolingGeometry(
                                    input: input, channels: channels, window: window, stride: stride, padding: padding))
                        }
                    }
                    if window == 3 {
                        let padding = Padding.explicit(top: 1, bottom: 2, left: 2, right: 0)
                        all.append(
                            PoolingGeometry(input: input, channels: 5, window: 3, stride: stride, padding: padding))
                    }
                }
            }
        }
        return all
    }()

    /// Small integers have many ties, of which the first must win; means are divided once, so they round alike.
    @Test(arguments: [true, false]) func matchesTheDefinition(isMaximum: Bool) {
        let pool = WorkerPool(threads: 2)
        for geometry in Self.geometries {
            let key = RandomKey(seed: 5)
            let images = 2
            let input = (0..<geometry.inputShape(images: images).count).map { Double(key.integer($0, below: 5) - 2) }
            let count = geometry.outputShape(images: images).count
            let slope = (0..<count).map { Double(key.integer($0 + input.count, below: 9) - 4) }
            let expected = reference(geometry, images: images, input, slope, isMaximum: isMaximum)
            let result = pooled(geometry, images: images, input, slope, isMaximum: isMaximum, pool: pool)
            #expect(result.output == expected.output, "\(geometry)")
            if isMaximum {
                #expect(result.gradient == expected.gradient, "\(geometry)")
            } else {
                // A pixel's windows may be added in another order: at most 9 terms below 4.
                let distance = zip(result.gradient, expected.gradient).map { abs($0 - $1) }.max() ?? 0
                #expect(distance < 1e-14, "\(geometry)")
            }
            let singles = pooled(
                geometry, images: images, input.map { Float($0) }, slope.map { Float($0) }, isMaximum: isMaximum,
                pool: pool)
            if isMaximum { #expect(singles == expected, "\(geometry)") }
        }
    }

    private func pooled<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, _ input: [Scalar], _ slope: [Scalar], isMaximum: Bool,
        pool: WorkerPool
    ) -> Pooled {
        var output = slope.map { _ in Scalar.nan }
        var gradient = input.map { _ in Scalar.nan }
        if isMaximum {
            var argmax = [Int32](repeating: -1, count: slope.count)
            MaxPooling.forward(geometry, images: images, input: input, output: &output, argmax: &argmax, pool: pool)
            MaxPooling.backward(
                geometry, images: images, outputGradient: slope, argmax: argmax, inputGradient: &gradient, pool: pool)
            var inferred = slope.map { _ in Scalar.nan }
            MaxPooling.forward(geometry, images: images, input: input, output: &inferred, argmax: nil, pool: pool)
            #expect(inferred == output, "without argmax: \(geometry)")
        } else {
            AveragePooling.forward(geometry, images: images, input: input, output: &output, pool: pool)
            AveragePooling.backward(
                geometry, images: images, outputGradient: slope, inputGradient: &gradient, pool: pool)
        }
        return Pooled(output: output.map { Double($0) }, gradient: gradient.map { Double($0) })
    }

    @Test func notANumberWins() {
        for position in 0..<4 {
            var input: [Float] = [1, 2, 3, 4]
            input[position] = .nan
            var output: [Float] = [0]
            let geometry = PoolingGeometry(input: 2, channels: 1, window: 2)
            MaxPooling.forward(
                geometry, images: 1, input: input, output: &output, argmax: nil, pool: WorkerPool(threads: 1))
            #expect(output[0].isNaN)
        }
    }

    @Test func globalAverage() {
        let pool = WorkerPool(threads: 2)
        let input = (0..<2 * 6 * 3).map { Double($0) }
        var output = [Double](repeating: .nan, count: 6)
        GlobalAveragePooling.forward(images: 2, positions: 6, channels: 3, input: input, output: &output, pool: pool)
        #expect(output == [7.5, 8.5, 9.5, 25.5, 26.5, 27.5])
        var gradient = [Double](repeating: .nan, count: 36)
        GlobalAveragePooling.backward(
            images: 2, positions: 6, channels: 3, outputGradient: [6, 12, 18, 24, 30, 36], inputGradient: &gradient,
            pool: pool)
        let rows: [[Double]] = Array(repeating: [1, 2, 3], count: 6) + Array(repeating: [4, 5, 6], count: 6)
        let expected = Array(rows.joined())
        #expect(gradient == expected)
    }

    @Test func theFirstOfEqualMaximaOfAnImageWins() {
        let input: [Float] = [1, 2, 1, 2, 0, 2]
        var output: [Float] = [0, 0]
        var places: [Int32] = [-1, -1]
        GlobalMaxPooling.forward(
            images: 1, positions: 3, channels: 2, input: input, output: &output, argmax: &places,
            pool: WorkerPool(threads: 1))
        #expect(output[0] == 1 && output[1] == 2)
        #expect(places[0] == 0 && places[1] == 0)
    }
}
