import ApusBLAS
import ApusParallel

/// Maximum of each window and channel, over buffers laid out as ``PoolingGeometry`` says.
///
/// `argmax` holds, for each output, the tap of the maximum within its window, counted row by row. The first of equal
/// maxima wins, and NaN wins over numbers, so that it shows in the loss.
public enum MaxPooling {
    /// output = maximum of each window; `argmax` may be left out where no gradient follows.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>,
        argmax: UnsafeMutablePointer<Int32>?, pool: WorkerPool
    ) {
        let size = geometry.output
        let channels = geometry.channels
        let rowCount = geometry.input.width * channels
        RowShards.forEach(
            images: images, rows: size.height, scalarsPerRow: size.width * channels * geometry.window.area, pool: pool
        ) { image, h in
            let source = input + image &* geometry.inputCount
            let taps = geometry.rows.taps(insideFor: h)
            for w in 0..<size.width {
                let position = ((image &* size.height &+ h) &* size.width &+ w) &* channels
                let columns = geometry.columns.taps(insideFor: w)
                let first =
                    source + geometry.rows.position(output: h, tap: taps.lowerBound) &* rowCount
                    + geometry.columns.position(output: w, tap: columns.lowerBound) &* channels
                if geometry.window == 2 && taps.count == 2 && columns.count == 2 {
                    maximumOfFour(
                        channels, first, first + channels, first + rowCount, first + (rowCount &+ channels),
                        output + position, argmax.map { $0 + position })
                    continue
                }
                start(
                    channels, first, taps.lowerBound &* geometry.window.width &+ columns.lowerBound,
                    output + position, argmax.map { $0 + position })
                for i in taps {
                    for j in columns where i > taps.lowerBound || j > columns.lowerBound {
                        let offset = (i &- taps.lowerBound) &* rowCount &+ (j &- columns.lowerBound) &* channels
                        improve(
                            channels, first + offset, i &* geometry.window.width &+ j, output + position,
                            argmax.map { $0 + position })
                    }
                }
            }
        }
    }

    /// inputGradient = outputGradient at the maxima, zero elsewhere; windows that overlap add up.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, outputGradient: UnsafePointer<Scalar>, argmax: UnsafePointer<Int32>,
        inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let channels = geometry.channels
        PoolingGradient.forEachRow(geometry, images: images, inputGradient: inputGradient, pool: pool) {
            row, i, firstOutput, isFirst in
            for w in 0..<geometry.output.width {
                let output = firstOutput &+ w &* channels
                for j in geometry.columns.taps(insideFor: w) {
                    let target = row + geometry.columns.position(output: w, tap: j) &* channels
                    let tap = Int32(truncatingIfNeeded: i &* geometry.window.width &+ j)
                    let slope = outputGradient + output
                    let winner = argmax + output
                    if isFirst {
                        for c in 0..<channels {
                            let value = slope[c]
                            target[c] = winner[c] == tap ? value : 0
                        }
                    } else {
                        for c in 0..<channels {
                            let value = slope[c]
                            target[c] += winner[c] == tap ? value : 0
                        }
                    }
                }
            }
        }
    }

    // MARK: One window

    @inline(__always)
    private static func start<Scalar: BLASScalar>(
        _ channels: Int, _ x: UnsafePointer<Scalar>, _ tap: Int, _ best: UnsafeMutablePointer<Scalar>,
        _ argmax: UnsafeMutablePointer<Int32>?
    ) {
        best.update(from: x, count: channels)
        argmax?.update(repeating: Int32(truncatingIfNeeded: tap), count: channels)
    }

    @inline(__always)
    private static func improve<Scalar: BLASScalar>(
        _ channels: Int, _ x: UnsafePointer<Scalar>, _ tap: Int, _ best: UnsafeMutablePointer<Scalar>,
        _ argmax: UnsafeMutablePointer<Int32>?
    ) {
        let tap = Int32(truncatingIfNeeded: tap)
        if let argmax {
            for c in 0..<channels {
                let wins = x[c] > best[c] || x[c] != x[c]
                best[c] = wins ? x[c] : best[c]
                argmax[c] = wins ? tap : argmax[c]
            }
        } else {
            for c in 0..<channels { best[c] = x[c] > best[c] || x[c] != x[c] ? x[c] : best[c] }
        }
    }

    @inline(__always)
    private static func maximumOfFour<Scalar: BLASScalar>(
        _ channels: Int, _ x0: UnsafePointer<Scalar>, _ x1: UnsafePointer<Scalar>, _ x2: UnsafePointer<Scalar>,
        _ x3: UnsafePointer<Scalar>, _ best: UnsafeMutablePointer<Scalar>, _ argmax: UnsafeMutablePointer<Int32>?
    ) {
        for c in 0..<channels {
            var maximum = x0[c]
            var tap: Int32 = 0
            (maximum, tap) = winner((maximum, tap), (x1[c], 1))
            (maximum, tap) = winner((maximum, tap), (x2[c], 2))
            (maximum, tap) = winner((maximum, tap), (x3[c], 3))
            best[c] = maximum
            argmax?[c] = tap
        }
    }

    @inline(__always)
    private static func winner<Scalar: BLASScalar>(
        _ champion: (Scalar, Int32), _ challenger: (Scalar, Int32)
    ) -> (Scalar, Int32) {
        let wins = challenger.0 > champion.0 || challenger.0 != challenger.0
        return (wins ? challenger.0 : champion.0, wins ? challenger.1 : champion.1)
    }
}
