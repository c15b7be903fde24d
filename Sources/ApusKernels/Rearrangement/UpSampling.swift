import ApusBLAS
import ApusParallel

/// Images `[height, width, channels]` with each side a whole number of times as long, by the nearest pixel or bilinear
/// between the centres of pixels (half-pixel centres, edges repeated, as in Keras).
package struct UpSampling: Sendable {
    /// How pixels between those of the input are found.
    package enum Method: Sendable { case nearest, bilinear }

    /// The two pixels that an output pixel lies between, and the share of the second.
    struct Tap: Sendable {
        let first: Int
        let second: Int
        let share: Double
    }

    let input: Size2D
    let channels: Int
    let rows: [Tap]
    let columns: [Tap]

    package init(input: Size2D, channels: Int, factor: Size2D, method: Method) {
        self.input = input
        self.channels = channels
        rows = Self.taps(input.height, factor.height, method)
        columns = Self.taps(input.width, factor.width, method)
    }

    private static func taps(_ length: Int, _ factor: Int, _ method: Method) -> [Tap] {
        (0..<length * factor).map { output in
            if method == .nearest { return Tap(first: output / factor, second: output / factor, share: 0) }
            let center = max(0, (Double(output) + 0.5) / Double(factor) - 0.5)
            let first = min(Int(center), length - 1)
            return Tap(first: first, second: min(first + 1, length - 1), share: center - Double(first))
        }
    }

    /// output = the larger images.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func forward<Scalar: BLASScalar>(
        images: Int, input source: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let line = input.width * channels
        RowShards.forEach(
            images: images, rows: rows.count, scalarsPerRow: columns.count * channels, pool: pool
        ) { image, row in
            let tap = rows[row]
            let upper = source + (image &* input.height &+ tap.first) &* line
            let lower = source + (image &* input.height &+ tap.second) &* line
            let vertical = Scalar(tap.share)
            let target = output + (image &* rows.count &+ row) &* columns.count &* channels
            for column in columns.indices {
                let tap = columns[column]
                let (left, right, horizontal) = (tap.first &* channels, tap.second &* channels, Scalar(tap.share))
                let pixel = target + column &* channels
                if vertical == 0 && horizontal == 0 {
                    pixel.update(from: upper + left, count: channels)
                    continue
                }
                for c in 0..<channels {
                    let above = upper[left &+ c] + horizontal * (upper[right &+ c] - upper[left &+ c])
                    let below = lower[left &+ c] + horizontal * (lower[right &+ c] - lower[left &+ c])
                    pixel[c] = above + vertical * (below - above)
                }
            }
        }
    }

    /// inputGradient = what each output pixel hands back to the pixels that it lies between, image by image.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func backward<Scalar: BLASScalar>(
        images: Int, outputGradient: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>,
        pool: WorkerPool
    ) {
        let line = input.width * channels
        let shards = Shards(of: images, atLeast: max(1, RowShards.grain / (rows.count * columns.count * channels)))
        pool.forEach(shards.shards) { shard, _ in
            for image in shards[shard] {
                let target = inputGradient + image &* input.height &* line
                target.update(repeating: 0, count: input.height &* line)
                for row in rows.indices {
                    for column in columns.indices {
                        let slope =
                            outputGradient + ((image &* rows.count &+ row) &* columns.count &+ column) &* channels
                        spread(slope, rows[row], columns[column], target)
                    }
                }
            }
        }
    }

    @inline(__always)
    private func spread<Scalar: BLASScalar>(
        _ slope: UnsafePointer<Scalar>, _ row: Tap, _ column: Tap, _ target: UnsafeMutablePointer<Scalar>
    ) {
        add(slope, (1 - row.share) * (1 - column.share), to: target, row.first, column.first)
        if column.share > 0 { add(slope, (1 - row.share) * column.share, to: target, row.first, column.second) }
        if row.share > 0 { add(slope, row.share * (1 - column.share), to: target, row.second, column.first) }
        if row.share > 0 && column.share > 0 {
            add(slope, row.share * column.share, to: target, row.second, column.second)
        }
    }

    @inline(__always)
    private func add<Scalar: BLASScalar>(
        _ slope: UnsafePointer<Scalar>, _ weight: Double, to target: UnsafeMutablePointer<Scalar>, _ row: Int,
        _ column: Int
    ) {
        let pixel = target + (row &* input.width &+ column) &* channels
        let weight = Scalar(weight)
        for c in 0..<channels { pixel[c] += weight * slope[c] }
    }
}
