import ApusBLAS
import ApusParallel

/// Mean of each window and channel, over buffers laid out as ``PoolingGeometry`` says. Pixels of padding are not counted.
public enum AveragePooling {
    /// output = mean of each window.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func forward<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, input: UnsafePointer<Scalar>, output: UnsafeMutablePointer<Scalar>,
        pool: WorkerPool
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
                let mean = output + ((image &* size.height &+ h) &* size.width &+ w) &* channels
                mean.update(repeating: 0, count: channels)
                let columns = geometry.columns.taps(insideFor: w)
                for i in taps {
                    let row = source + geometry.rows.position(output: h, tap: i) &* rowCount
                    for j in columns {
                        Runs.add(channels, row + geometry.columns.position(output: w, tap: j) &* channels, to: mean)
                    }
                }
                let count = Scalar(taps.count &* columns.count)
                for c in 0..<channels { mean[c] /= count }
            }
        }
    }

    /// inputGradient = Σ outputGradient / pixels of the window, over the windows that hold the pixel.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package static func backward<Scalar: BLASScalar>(
        _ geometry: PoolingGeometry, images: Int, outputGradient: UnsafePointer<Scalar>,
        inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let channels = geometry.channels
        let imageOutputs = geometry.outputCount
        let rowOutputs = geometry.output.width * channels
        PoolingGradient.forEachRow(geometry, images: images, inputGradient: inputGradient, pool: pool) {
            row, _, firstOutput, isFirst in
            let windowRows = geometry.rows.taps(insideFor: firstOutput % imageOutputs / rowOutputs).count
            for w in 0..<geometry.output.width {
                let slope = outputGradient + firstOutput + w &* channels
                let columns = geometry.columns.taps(insideFor: w)
                let count = Scalar(windowRows &* columns.count)
                for j in columns {
                    let target = row + geometry.columns.position(output: w, tap: j) &* channels
                    if isFirst {
                        for c in 0..<channels { target[c] = slope[c] / count }
                    } else {
                        for c in 0..<channels { target[c] += slope[c] / count }
                    }
                }
            }
        }
    }
}
