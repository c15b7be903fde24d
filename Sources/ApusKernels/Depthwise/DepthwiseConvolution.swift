import ApusBLAS
import ApusParallel

/// Convolution of each input channel on its own (groups = input channels), where a matrix product would have one
/// column: loops over the channels of a pixel instead. Each input channel makes `multiplier` output channels.
enum DepthwiseConvolution {
    /// Most partial sums of the filter's gradient.
    private static let partialSums = 16

    private static func gradientShards(_ geometry: ConvolutionGeometry, images: Int) -> Shards {
        let row = geometry.output.width * geometry.outputChannels * geometry.kernel.area
        return Shards(
            of: images * geometry.output.height, atLeast: max(1, 4 * RowShards.grain / row), limit: partialSums)
    }

    static func workspaceCount(_ geometry: ConvolutionGeometry, images: Int, direction: ConvolutionDirection) -> Int {
        let shards = gradientShards(geometry, images: images).shards
        guard direction == .filterGradient && shards > 1 else { return 0 }
        return shards * (geometry.filterCount + geometry.outputChannels)
    }

    static func forward<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: UnsafePointer<Scalar>, filter: UnsafePointer<Scalar>,
        bias: UnsafePointer<Scalar>?, output: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let channels = geometry.outputChannels
        let size = geometry.output
        RowShards.forEach(
            images: images, rows: size.height, scalarsPerRow: size.width * channels * geometry.kernel.area, pool: pool
        ) { image, h in
            for w in 0..<size.width {
                let y = output + ((image &* size.height &+ h) &* size.width &+ w) &* channels
                if let bias { y.update(from: bias, count: channels) } else { y.update(repeating: 0, count: channels) }
                forEachTap(geometry, image, h, w) { x, tap in
                    spread(
                        geometry, input + x,
                        { y[$0] += $1 * filter[tap &+ $0] })
                }
            }
        }
    }

    static func inputGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, outputGradient: UnsafePointer<Scalar>,
        filter: UnsafePointer<Scalar>, inputGradient: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let rowCount = geometry.input.width * geometry.inputChannels
        let size = geometry.output
        let multiplier = geometry.groupOutputChannels
        RowShards.forEach(
            images: images, rows: geometry.input.height,
            scalarsPerRow: rowCount * multiplier * geometry.kernel.area, pool: pool
        ) { image, y in
            let row = inputGradient + (image &* geometry.input.height &+ y) &* rowCount
            row.update(repeating: 0, count: rowCount)
            for i in 0..<geometry.kernel.height {
                for h in geometry.rows.outputs(seeing: y..<y + 1, through: i, among: 0..<size.height) {
                    for w in 0..<size.width {
                        let slope =
                            outputGradient
                            + ((image &* size.height &+ h) &* size.width &+ w) &* geometry.outputChannels
                        for j in geometry.columns.taps(insideFor: w) {
                            let x = geometry.columns.position(output: w, tap: j)
                            collect(
                                geometry, row + x &* geometry.inputChannels, slope,
                                filter + (i &* geometry.kernel.width &+ j) &* geometry.outputChannels)
                        }
                    }
                }
            }
        }
    }

    static func filterGradient<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, images: Int, input: UnsafePointer<Scalar>,
        outputGradient: UnsafePointer<Scalar>, filterGradient: UnsafeMutablePointer<Scalar>,
        biasGradient: UnsafeMutablePointer<Scalar>?, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let channels = geometry.outputChannels
        let size = geometry.output
        let shards = gradientShards(geometry, images: images)
        let isPartial = shards.shards > 1
        let partialCount = geometry.filterCount + channels
        pool.forEach(shards.shards) { shard, _ in
            let partial = workspace + shard * partialCount
            let filterSum = isPartial ? partial : filterGradient
            let biasSum = isPartial ? partial + geometry.filterCount : biasGradient
            filterSum.update(repeating: 0, count: geometry.filterCount)
            biasSum?.update(repeating: 0, count: channels)
            for position in shards[shard] {
                let (image, h) = position.quotientAndRemainder(dividingBy: size.height)
                for w in 0..<size.width {
                    let slope = outputGradient + (position &* size.width &+ w) &* channels
                    forEachTap(geometry, image, h, w) { x, tap in
                        spread(geometry, input + x) { filterSum[tap &+ $0] += $1 * slope[$0] }
                    }
                    if let biasSum { Runs.add(channels, slope, to: biasSum) }
                }
            }
        }
        if isPartial {
            PartialSums.combine(
                workspace, count: shards.shards, stride: partialCount, length: geometry.filterCount,
                into: filterGradient, pool: pool)
            if let biasGradient {
                PartialSums.combine(
                    workspace + geometry.filterCount, count: shards.shards, stride: partialCount, length: channels,
                    into: biasGradient, pool: pool)
            }
        }
    }

    /// Calls `body` with the position of the pixel in the input, and of the tap in the filter, for each tap of output
    /// (h, w) on the image.
    @inline(__always)
    private static func forEachTap(
        _ geometry: ConvolutionGeometry, _ image: Int, _ h: Int, _ w: Int, _ body: (_ x: Int, _ tap: Int) -> Void
    ) {
        for i in geometry.rows.taps(insideFor: h) {
            let y = geometry.rows.position(output: h, tap: i)
            for j in geometry.columns.taps(insideFor: w) {
                let x = geometry.columns.position(output: w, tap: j)
                body(
                    ((image &* geometry.input.height &+ y) &* geometry.input.width &+ x) &* geometry.inputChannels,
                    (i &* geometry.kernel.width &+ j) &* geometry.outputChannels)
            }
        }
    }

    /// Calls `body` with each output channel and the input channel's value that it sees.
    @inline(__always)
    private static func spread<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, _ input: UnsafePointer<Scalar>, _ body: (_ channel: Int, _ x: Scalar) -> Void
    ) {
        let multiplier = geometry.groupOutputChannels
        if multiplier == 1 {
            for o in 0..<geometry.outputChannels { body(o, input[o]) }
        } else {
            for c in 0..<geometry.inputChannels {
                for o in 0..<multiplier { body(c &* multiplier &+ o, input[c]) }
            }
        }
    }

    /// input[c] += Σ slope[o] · filter[o] over the output channels o of each input channel c.
    @inline(__always)
    private static func collect<Scalar: BLASScalar>(
        _ geometry: ConvolutionGeometry, _ input: UnsafeMutablePointer<Scalar>, _ slope: UnsafePointer<Scalar>,
        _ filter: UnsafePointer<Scalar>
    ) {
        let multiplier = geometry.groupOutputChannels
        if multiplier == 1 {
            for c in 0..<geometry.inputChannels { input[c] += slope[c] * filter[c] }
        } else {
            for c in 0..<geometry.inputChannels {
                for o in c &* multiplier..<(c &+ 1) &* multiplier { input[c] += slope[o] * filter[o] }
            }
        }
    }
}
