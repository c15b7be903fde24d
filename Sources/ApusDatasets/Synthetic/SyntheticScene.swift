import ApusTensors
import Foundation

/// One synthetic image before it is drawn: the figure and all that is random about it.
struct SyntheticScene {
    private let shape: SyntheticShape
    private let centre: SIMD2<Float>
    private let radius: Float
    /// Cosine and sine of the figure's turn.
    private let turn: SIMD2<Float>
    private let figure: SIMD3<Float>
    private let ground: SIMD3<Float>
    /// Change of brightness per pixel.
    private let shading: SIMD2<Float>
    private let noise: Float
    private let noiseKey: RandomKey

    init(shape: SyntheticShape, key: RandomKey) {
        var draws = Draws(key: key.folding(0))
        self.shape = shape
        radius = draws.next(in: 10..<13)
        let room = Float(SyntheticImages.side) / 2 - radius + 1
        let middle = Float(SyntheticImages.side) / 2
        centre = SIMD2(middle + draws.next(in: -room..<room), middle + draws.next(in: -room..<room))
        let angle = draws.next(in: 0..<2 * .pi)
        turn = SIMD2(cos(angle), sin(angle))
        var colours = (draws.colour(), draws.colour())
        while Self.contrast(colours.0, colours.1) < 150 { colours = (draws.colour(), draws.colour()) }
        (figure, ground) = colours
        shading = SIMD2(draws.next(in: -0.5..<0.5), draws.next(in: -0.5..<0.5))
        noise = draws.next(in: 2..<10)
        noiseKey = key.folding(1)
    }

    /// Draws the image with edges smoothed over one pixel.
    func draw(into pixels: UnsafeMutablePointer<UInt8>) {
        let count = SyntheticImages.side * SyntheticImages.side
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { words in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { planes in
                guard let words = words.baseAddress, let coverage = planes.baseAddress else { return }
                let shade = coverage + count
                noiseKey.fillWords(words, count: count)
                sample(coverage: coverage, shade: shade)
                for channel in 0..<3 {
                    let (ground, contrast) = (ground[channel], figure[channel] - ground[channel])
                    let shift = UInt32(8 * channel)
                    for index in 0..<count {
                        // A byte of the word of its own for every channel.
                        let speckle = Float(Int32(truncatingIfNeeded: words[index] &>> shift & 255)) / 127.5 - 1
                        let value = ground + contrast * coverage[index] + shade[index] + noise * speckle
                        let byte = Int32(min(max(value, 0), 255) + 0.5)
                        pixels[3 * index + channel] = UInt8(truncatingIfNeeded: byte)
                    }
                }
            }
        }
    }

    /// For every pixel how much of it the figure covers, and what shading adds to its brightness.
    private func sample(coverage: UnsafeMutablePointer<Float>, shade: UnsafeMutablePointer<Float>) {
        let side = SyntheticImages.side
        let middle = Float(side) / 2
        for row in 0..<side {
            for column in 0..<side {
                let (x, y) = (Float(column) + 0.5, Float(row) + 0.5)
                let (across, down) = ((x - centre.x) / radius, (y - centre.y) / radius)
                let (u, v) = (turn.x * across + turn.y * down, turn.x * down - turn.y * across)
                let index = row * side + column
                coverage[index] = min(max(0.5 - shape.distance(u, v) * radius, 0), 1)
                shade[index] = shading.x * (x - middle) + shading.y * (y - middle)
            }
        }
    }

    private static func contrast(_ one: SIMD3<Float>, _ other: SIMD3<Float>) -> Float {
        let difference = one - other
        return (difference * difference).sum().squareRoot()
    }
}

/// Draws from a key one after another.
private struct Draws {
    let key: RandomKey
    private var index = 0

    init(key: RandomKey) { self.key = key }

    mutating func next(in range: Range<Float>) -> Float {
        defer { index += 1 }
        return range.lowerBound + key.uniformFloat(index) * (range.upperBound - range.lowerBound)
    }

    mutating func colour() -> SIMD3<Float> { SIMD3(next(in: 0..<256), next(in: 0..<256), next(in: 0..<256)) }
}
