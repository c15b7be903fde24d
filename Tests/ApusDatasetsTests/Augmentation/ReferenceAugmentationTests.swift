import ApusDatasets
import ApusTensors
import TestSupport
import Testing

/// Operations with given parameters beside what PyTorch makes of the same image (`reference/augmentation.py`).
@Suite struct ReferenceAugmentationTests {
    private let file: SafetensorsFile
    private let image: [UInt8]

    init() throws {
        file = try SafetensorsFile(path: Fixture.path("augmentation.safetensors"))
        image = try file.tensor(named: "image", of: Float.self).scalars.map { UInt8($0) }
    }

    private func changed(_ body: (inout AugmentedImage) -> Void) -> [UInt8] {
        changedImage(image, height: 9, width: 7, channels: 3, body)
    }

    private func reference(_ name: String) throws -> [Float] { try file.tensor(named: name, of: Float.self).scalars }

    @Test(arguments: RandomCrop.Mode.allCases, [(-3, 2), (3, -3), (1, 3), (0, -1)])
    func crop(mode: RandomCrop.Mode, place: (Int, Int)) throws {
        let crop = RandomCrop(padding: 3, mode: mode)
        let found = changed { crop.shift(&$0, down: place.0, right: place.1) }
        let isSame = try found.map { Float($0) } == reference("crop.\(mode).\(place.0).\(place.1)")
        #expect(isSame)
    }

    /// Bytes are rounded, and a sum in Float may fall on the other side of a half.
    @Test(arguments: [("90", 0), ("180", 0.5), ("30", 0.5), ("-17.5", 0)])
    func rotation(degrees: String, fill: Double) throws {
        let angle = try #require(Double(degrees))
        let found = changed { RandomRotation(degrees: 180, fill: fill).turn(&$0, by: angle) }
        expectClose(
            found.map { Float($0) }, try reference("rotate.\(degrees).\(fill == 0 ? "0.0" : "\(fill)")"), relative: 0,
            absolute: 0.501)
    }

    @Test(arguments: [[1.3, 1, 1], [1, 0.4, 1], [1, 1, 1.8], [0.7, 1.6, 0.2]] as [[Float]])
    func jitter(factors: [Float]) throws {
        let found = changed {
            ColorJitter().change($0, brightness: factors[0], contrast: factors[1], saturation: factors[2])
        }
        let name = factors.map { "\(Int(($0 * 10).rounded()))" }.joined(separator: ".")
        expectClose(found.map { Float($0) }, try reference("jitter.\(name)"), relative: 0, absolute: 0.501)
    }
}

/// Calls `body` with an image that it changes, and returns its bytes.
func changedImage(
    _ pixels: [UInt8], height: Int, width: Int, channels: Int, _ body: (inout AugmentedImage) -> Void
) -> [UInt8] {
    var (first, second) = (pixels, pixels)
    return first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
            pixels.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress, let a = first.baseAddress, let b = second.baseAddress else {
                    return []
                }
                var image = AugmentedImage(
                    copying: source, height: height, width: width, channels: channels, buffers: (a, b))
                body(&image)
                return Array(UnsafeBufferPointer(start: image.pixels, count: pixels.count))
            }
        }
    }
}
