import ApusBLAS
import ApusParallel

/// Maximum of each channel over all pixels: `[images, positions, channels]` becomes `[images, channels]`.
///
/// Of equal maxima the first wins; NaN wins over numbers.
package enum GlobalMaxPooling {
    private static func shards(_ images: Int, _ positions: Int, _ channels: Int) -> Shards {
        Shards(of: images, atLeast: max(1, RowShards.grain / (positions * channels)))
    }

    /// - Parameter argmax: Where the position of each maximum goes, `[images, channels]`; `nil` in inference.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        images: Int, positions: Int, channels: Int, input: UnsafePointer<Scalar>,
        output: UnsafeMutablePointer<Scalar>, argmax: UnsafeMutablePointer<Int32>?, pool: WorkerPool
    ) {
        let shards = shards(images, positions, channels)
        pool.forEach(shards.shards) { shard, _ in
            for image in shards[shard] {
                let best = output + image &* channels
                let winner = argmax.map { $0 + image &* channels }
                let first = input + image &* positions &* channels
                best.update(from: first, count: channels)
                winner?.update(repeating: 0, count: channels)
                for position in 1..<max(1, positions) {
                    let x = first + position &* channels
                    for c in 0..<channels where x[c] > best[c] || x[c] != x[c] {
                        best[c] = x[c]
                        winner?[c] = Int32(truncatingIfNeeded: position)
                    }
                }
            }
        }
    }

    /// The gradient goes to the pixels that hold the maxima.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        images: Int, positions: Int, channels: Int, outputGradient: UnsafePointer<Scalar>,
        argmax: UnsafePointer<Int32>, inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let shards = shards(images, positions, channels)
        pool.forEach(shards.shards) { shard, _ in
            for image in shards[shard] {
                let target = inputGradient + image &* positions &* channels
                target.update(repeating: 0, count: positions &* channels)
                for c in 0..<channels {
                    let place = image &* channels &+ c
                    target[Int(argmax[place]) &* channels &+ c] = outputGradient[place]
                }
            }
        }
    }
}
