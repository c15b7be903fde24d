import ApusDatasets
import ApusTensors
import Foundation
import Testing

@Suite struct BilinearResizeTests {
    /// `tf.image.resize` of TensorFlow 2.21 on one drawn image, then / 255. Both sides round a handful of float32
    /// operations on values up to 255, which is far under 1e-5 after the division.
    @Test(arguments: [
        ("bilinear_224", ImageSize(224)), ("bilinear_47x61", ImageSize(height: 47, width: 61)),
        ("bilinear_20x13", ImageSize(height: 20, width: 13)),
    ])
    func matchesTensorFlow(name: String, size: ImageSize) throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Support/Fixtures/keras_resize.safetensors").path
        let file = try SafetensorsFile(path: path)
        let image = try file.bytes(named: "image")
        let expected: [Float] = try file.scalars(named: name)
        let resized = resize(image, BilinearResize(from: 32, to: size))
        try #require(resized.count == expected.count)
        let worst = zip(resized, expected).map { abs($0 - $1) }.max()
        #expect(worst.map { $0 < 1e-5 } == true, "largest difference \(String(describing: worst))")
    }

    private func resize(_ pixels: [UInt8], _ resize: BilinearResize) -> [Float] {
        var result = [Float](repeating: .nan, count: resize.outputCount)
        var span = result.mutableSpan
        resize.resize(pixels.span, into: &span)
        return result
    }

    /// The definition, pixel by pixel in Double.
    private func reference(_ pixels: [UInt8], _ resize: BilinearResize) -> [Double] {
        let (input, output, channels) = (resize.input, resize.output, resize.channels)
        func neighbours(_ index: Int, _ from: Int, _ to: Int) -> (Int, Int, Double) {
            let x = (Double(index) + 0.5) * Double(from) / Double(to) - 0.5
            return (max(Int(floor(x)), 0), min(Int(ceil(x)), from - 1), x - floor(x))
        }
        return (0..<resize.outputCount).map { index in
            let channel = index % channels
            let (top, bottom, down) = neighbours(index / channels / output.width, input.height, output.height)
            let (left, right, across) = neighbours(index / channels % output.width, input.width, output.width)
            func at(_ row: Int, _ column: Int) -> Double {
                Double(pixels[(row * input.width + column) * channels + channel])
            }
            let upper = at(top, left) * (1 - across) + at(top, right) * across
            let lower = at(bottom, left) * (1 - across) + at(bottom, right) * across
            return upper * (1 - down) + lower * down
        }
    }

    @Test(arguments: [(1, 1), (1, 7), (5, 3), (8, 8), (9, 40)], [(1, 1), (2, 3), (8, 8), (31, 17), (64, 9)])
    func matchesTheDefinition(from: (Int, Int), to: (Int, Int)) {
        for channels in [1, 3, 4] {
            let resize = BilinearResize(
                from: ImageSize(height: from.0, width: from.1), to: ImageSize(height: to.0, width: to.1),
                channels: channels, scaling: PixelScaling(scale: [1], offset: [0]))
            let pixels = (0..<from.0 * from.1 * channels).map { UInt8(truncatingIfNeeded: $0 * 97 + $0 / 5) }
            let expected = reference(pixels, resize)
            // Positions in Float are off by 2⁻²⁴ of up to 40 pixels, which moves a value by at most 255 times that.
            let worst = zip(self.resize(pixels, resize), expected).map { abs(Double($0) - $1) }.max()
            #expect(worst.map { $0 < 255 * 40 * 0x1p-23 } == true, "largest difference \(String(describing: worst))")
        }
    }

    @Test func scalingOfEveryChannel() {
        let scaling = PixelScaling.standardizing(mean: [0.5, 0, 1], deviation: [0.5, 1, 0.25])
        let resize = BilinearResize(from: 1, to: 2, scaling: scaling)
        let result = self.resize([255, 51, 0], resize)
        let expected: [Float] = [1, 0.2, -4]
        for (index, value) in result.enumerated() { #expect(abs(value - expected[index % 3]) < 1e-6) }
    }

    @Test func mistakes() async {
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = BilinearResize(from: 0, to: 2)
            }, saying: "BilinearResize: from 0×0 to 2×2 with 3 channels")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                var result: [Float] = [0]
                var span = result.mutableSpan
                BilinearResize(from: 1, to: 2).resize([1, 2, 3].span, into: &span)
            }, saying: "BilinearResize: 3 bytes into 1 floats, expected [1, 1, 3] into [2, 2, 3]")
        expectStopped(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = BilinearResize(from: 1, to: 2, scaling: PixelScaling(scale: [1, 2], offset: [0, 0]))
            }, saying: "PixelScaling: 2 factors for images of 3 channels, expected 1 or 3")
    }
}
