import ApusBLAS
import ApusParallel
import CHardware

/// The gradient of a filter whose convolution a 2×2 max pooling follows: of each window every output channel has one pixel
/// whose gradient is not zero, so a quarter of the products is enough. Tiles hold a channel's whole gradient in registers
/// and read the patch that belongs to the winner of each window; that makes the transpose, `[outputChannels, patchSize]`.
struct PooledOuterProduct: Sendable {
    let geometry: ConvolutionGeometry
    let images: Int

    /// Channels of a shard.
    private static let channelBlock = 16
    /// Multiply-adds that are worth a shard of their own.
    private static let shardProduct = 250_000
    /// Shards that keep many cores busy.
    private static let wantedShards = 16

    /// For convolutions whose windows are all whole and see no padding; `nil` where the lines of a patch do not lie
    /// together, or are so short that vectors along them would be mostly empty.
    init?(_ geometry: ConvolutionGeometry, images: Int, lanes: Int) {
        let line = geometry.kernel.width * geometry.groupInputChannels
        if geometry.groups > 1 || geometry.dilation.width > 1 || line < 2 * lanes { return nil }
        self.geometry = geometry
        self.images = images
    }

    private var partialCount: Int { geometry.filterCount + geometry.outputChannels }

    private var channels: Shards { Shards(of: geometry.outputChannels, atLeast: Self.channelBlock) }

    private func sums(images: Int) -> Shards {
        let worthwhile = min(
            Self.wantedShards, max(1, geometry.flops(images: images) / 8 / Self.shardProduct))
        return Shards(of: images, limit: (worthwhile + channels.shards - 1) / channels.shards)
    }

    var workspaceCount: Int { sums(images: images).shards * partialCount }

    @inline(__always)
    func run<Scalar: BLASScalar>(
        _ tiles: TileSet, images: Int, input: UnsafePointer<Scalar>, outputGradient: OutputGradient<Scalar>,
        filterGradient: UnsafeMutablePointer<Scalar>, biasGradient: UnsafeMutablePointer<Scalar>?,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        let sums = sums(images: images)
        let channels = channels
        pool.forEach(sums.shards * channels.shards) { shard, _ in
            let (sum, block) = shard.quotientAndRemainder(dividingBy: channels.shards)
            let partial = workspace + sum * partialCount
            let range = sums[sum]
            for image in range {
                addImage(
                    tiles, image, isFirst: image == range.lowerBound, channels[block], input, outputGradient,
                    to: partial, partial + geometry.filterCount)
            }
        }
        combine(sums.shards, workspace, to: filterGradient, biasGradient, pool)
    }

    @inline(__always)
    private func addImage<Scalar: BLASScalar>(
        _ tiles: TileSet, _ image: Int, isFirst: Bool, _ channels: Range<Int>, _ input: UnsafePointer<Scalar>,
        _ outputGradient: OutputGradient<Scalar>, to target: UnsafeMutablePointer<Scalar>,
        _ sums: UnsafeMutablePointer<Scalar>
    ) {
        guard let taps = outputGradient.taps else { callerMistake("PooledOuterProduct: there are no taps") }
        let line = geometry.input.width * geometry.inputChannels
        let (down, right) = (geometry.stride.height * line, geometry.stride.width * geometry.inputChannels)
        let (lines, windows) = (geometry.output.height / 2, geometry.output.width / 2)
        let first = image * lines * windows * geometry.outputChannels + channels.lowerBound
        var product = chardware_pooled_outer_product(
            source: input + image * geometry.inputCount, lines: lines, windows: windows, window_line: 2 * down,
            window_step: 2 * right, shifts: (0, right, down, down + right),
            gradients: outputGradient.gradient + first, outputs: outputGradient.rectified.map { $0 + first },
            taps: taps + first, gradient_step: geometry.outputChannels, segments: geometry.kernel.height,
            segment_step: geometry.dilation.height * line,
            segment_length: geometry.kernel.width * geometry.inputChannels,
            target: target + channels.lowerBound * geometry.patchSize, target_stride: geometry.patchSize,
            sums: sums + channels.lowerBound, channels: channels.count, adds: !isFirst)
        tiles.multiply(&product, as: Scalar.self)
    }

    /// Adds the partial sums, in order, and turns the filter's.
    @inline(__always)
    private func combine<Scalar: BLASScalar>(
        _ sums: Int, _ partials: UnsafeMutablePointer<Scalar>, to filterGradient: UnsafeMutablePointer<Scalar>,
        _ biasGradient: UnsafeMutablePointer<Scalar>?, _ pool: WorkerPool
    ) {
        let rows = Shards(of: geometry.outputChannels, atLeast: max(1, 4096 / geometry.patchSize))
        pool.forEach(rows.shards) { shard, _ in
            let range = rows[shard]
            let first = range.lowerBound * geometry.patchSize
            for sum in 1..<max(1, sums) {
                Runs.add(
                    range.count * geometry.patchSize, partials + sum * partialCount + first, to: partials + first)
            }
            Transposition.transpose(
                rows: range, columns: geometry.patchSize, from: partials, stride: geometry.patchSize,
                to: filterGradient, stride: geometry.outputChannels)
        }
        guard let biasGradient else { return }
        for channel in 0..<geometry.outputChannels {
            biasGradient[channel] = (0..<sums).reduce(0) {
                $0 + partials[$1 * partialCount + geometry.filterCount + channel]
            }
        }
    }
}
