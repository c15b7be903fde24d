import ApusBLAS
import ApusParallel

/// Mean of each channel over all positions of an image: `[images, positions, channels]` to `[images, channels]`.
package enum GlobalAveragePooling {
    /// output = mean over the positions.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        images: Int, positions: Int, channels: Int, input: UnsafePointer<Scalar>,
        output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let count = Scalar(positions)
        RowShards.forEach(images: images, rows: 1, scalarsPerRow: positions * channels, pool: pool) { image, _ in
            let mean = output + image &* channels
            mean.update(repeating: 0, count: channels)
            PartialSums.addRows(
                rows: positions, columns: channels, input + image &* positions &* channels, to: mean)
            for c in 0..<channels { mean[c] /= count }
        }
    }

    /// inputGradient = outputGradient / positions at every position.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        images: Int, positions: Int, channels: Int, outputGradient: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let count = Scalar(positions)
        RowShards.forEach(images: images, rows: 1, scalarsPerRow: positions * channels, pool: pool) { image, _ in
            let slope = outputGradient + image &* channels
            for position in 0..<positions {
                let target = inputGradient + (image &* positions &+ position) &* channels
                for c in 0..<channels { target[c] = slope[c] / count }
            }
        }
    }
}
