import ApusBLAS
import ApusParallel
import CHardware

/// Normalization of images `[samples, positions, channels]` by the statistics of blocks of samples and groups of
/// channels, with a scale and a shift for each channel and an activation:
///
///     y = f(scale · (x − mean) / √(variance + epsilon) + shift)
///
/// Batch normalization (Ioffe and Szegedy 2015) has one channel in a group and the whole batch, or a ghost batch
/// (Hoffer et al. 2017), in a block; group normalization (Wu and He 2018) has one sample in a block. Variances are
/// biased.
///
/// Memory is passed over twice in each direction. Moments are found block of rows by block of rows, each in two looks
/// while it is in cache, and merged in Double and in a fixed order.
package struct ChannelNormalization: Sendable {
    /// Pixels of a sample.
    package let positions: Int
    /// Channels of a pixel.
    package let channels: Int
    /// Groups of channels.
    package let groups: Int
    /// Samples in a block; `nil` for all. What is left over is a block of its own.
    package let blockSamples: Int?
    /// What is added to variances.
    package let epsilon: Double
    let function: chardware_function
    /// Neighbouring pixels that are seen as one row, so that rows of few channels fill vectors.
    let pixelsPerRow: Int

    /// A normalization from its parts.
    ///
    /// - Parameter activation: ReLU, GELU or SiLU.
    package init(
        positions: Int, channels: Int, groups: Int, blockSamples: Int?, epsilon: Double,
        activation: ElementwiseActivation? = nil
    ) {
        require(
            activation.map(Self.takesOn) ?? true,
            "ChannelNormalization: does not take on \(String(describing: activation))")
        self.positions = positions
        self.channels = channels
        self.groups = groups
        self.blockSamples = blockSamples
        self.epsilon = epsilon
        function = activation?.function ?? CHARDWARE_LINEAR
        let filling = (1...16).first { (channels * $0).isMultiple(of: 16) && channels * $0 >= 32 }
        pixelsPerRow = channels >= 64 ? 1 : filling ?? 1
    }

    /// Whether an activation can be computed in the same pass.
    package static func takesOn(_ activation: ElementwiseActivation) -> Bool {
        switch activation {
        case .rectification, .gelu, .geluTanh, .silu: true
        default: false
        }
    }

    // MARK: Memory

    /// Blocks of a batch.
    package func blocks(samples: Int) -> Int {
        let size = min(blockSamples ?? samples, samples)
        return (samples + size - 1) / size
    }

    /// Doubles that forward leaves for backward: mean and inverse deviation of each group of each block.
    package func statisticsCount(samples: Int) -> Int { blocks(samples: samples) * groups * 2 }

    /// Scalars of workspace for up to `samples` samples.
    package func workspaceCount<Scalar: BLASScalar>(samples: Int, as type: Scalar.Type) -> Int {
        let blocks = blocks(samples: samples)
        let doubles = max(Shards.limit, blocks) * partialCount + 2 * blocks * channels
        return doubles * MemoryLayout<Double>.stride / MemoryLayout<Scalar>.stride + blocks * Self.coefficients
            * rowCount
    }

    static let coefficients = 5
    /// Scalars of a row.
    var rowCount: Int { pixelsPerRow * channels }
    /// Doubles that a shard leaves: two for each column of a row, and of a pixel that no row holds.
    var partialCount: Int { 2 * (rowCount + channels) }

    // MARK: Work

    /// The pixels of a block.
    func pixels(ofBlock block: Int, samples: Int) -> Range<Int> {
        let size = min(blockSamples ?? samples, samples)
        return block * size * positions..<min((block + 1) * size, samples) * positions
    }

    /// How the pixels of every block are cut.
    func shards(ofBlock block: Int, samples: Int) -> Shards {
        Shards(
            of: pixels(ofBlock: block, samples: samples).count, atLeast: max(1, RowShards.grain / channels),
            limit: max(1, Shards.limit / blocks(samples: samples)))
    }

    /// Calls `body` for each shard of each block with its place among all and its pixels, as whole rows and as pixels
    /// after those.
    func forEachShard(
        samples: Int, pool: WorkerPool,
        _ body: (_ unit: Int, _ block: Int, _ firstPixel: Int, _ rows: Int, _ rest: Int) -> Void
    ) {
        let perBlock = shards(ofBlock: 0, samples: samples).shards
        pool.forEach(blocks(samples: samples) * perBlock) { unit, _ in
            let (block, shard) = unit.quotientAndRemainder(dividingBy: perBlock)
            let shards = shards(ofBlock: block, samples: samples)
            // The last block may have fewer.
            guard shard < shards.shards else { return }
            let range = shards[shard]
            let (rows, rest) = range.count.quotientAndRemainder(dividingBy: pixelsPerRow)
            body(unit, block, pixels(ofBlock: block, samples: samples).lowerBound + range.lowerBound, rows, rest)
        }
    }

    /// Calls `body` with the place of each part that the shards of a block left for a channel, and the pixels it is of.
    @inline(__always)
    func forEachPart(
        ofBlock block: Int, channel: Int, samples: Int, _ body: (_ place: Int, _ pixels: Int) -> Void
    ) {
        let perBlock = self.shards(ofBlock: 0, samples: samples).shards
        let shards = self.shards(ofBlock: block, samples: samples)
        for shard in 0..<shards.shards {
            let start = (block * perBlock + shard) * partialCount
            let (rows, rest) = shards[shard].count.quotientAndRemainder(dividingBy: pixelsPerRow)
            if rows > 0 {
                for pixel in 0..<pixelsPerRow { body(start + pixel * channels + channel, rows) }
            }
            if rest > 0 { body(start + rowCount + channel, rest) }
        }
    }
}

/// The parts of a normalization's workspace.
struct NormalizationWorkspace<Scalar: BLASScalar> {
    /// ``ChannelNormalization/partialCount`` for each shard: first values of all columns, second values behind them.
    let partials: UnsafeMutablePointer<Double>
    /// Two for each channel of each block.
    let sums: UnsafeMutablePointer<Double>
    /// Center, factor, shift, slope and offset of each column of a row, for each block.
    let coefficients: UnsafeMutablePointer<Scalar>

    init(_ normalization: ChannelNormalization, samples: Int, _ start: UnsafeMutablePointer<Scalar>) {
        let blocks = normalization.blocks(samples: samples)
        let partialCount = max(Shards.limit, blocks) * normalization.partialCount
        let sumCount = 2 * blocks * normalization.channels
        partials = UnsafeMutableRawPointer(start).assumingMemoryBound(to: Double.self)
        sums = partials + partialCount
        coefficients = UnsafeMutableRawPointer(sums + sumCount).assumingMemoryBound(to: Scalar.self)
    }
}
