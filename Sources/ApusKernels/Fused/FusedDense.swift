import ApusBLAS
import ApusParallel
import CHardware

/// A fully connected layer and its gradients in register tiles, with bias and ReLU folded in:
/// `y[rows, outputs] = max(0, x[rows, inputs] · kernel[inputs, outputs] + bias[outputs])`.
///
/// Each product is arranged so that the large operand, the kernel, is read or written in place and in order, and only
/// what belongs to the batch is packed. Made once for a layer and a number of rows; running it allocates nothing.
package struct FusedDense<Scalar: BLASScalar>: Sendable {
    private let rows: Int
    private let inputs: Int
    private let outputs: Int
    private let rectifies: Bool
    private let precision: Precision
    private let tiles: TileSet
    private let kernelPanels: FilterPanels
    private let rowPanels: FilterPanels
    private let inputOffsets: [Int]
    private let outputOffsets: [Int]
    private let kernelOffsets: [Int]
    private let tileOffsets: [Int]

    /// Rows of the kernel that a shard of backward works on: eight tiles.
    private static var kernelBlock: Int { 96 }
    /// Rows of the batch that a shard of the kernel's gradient packs at once.
    private static var rowBlock: Int { 64 }
    /// Pairs of rows that a shard of forward takes: two tiles of the largest instruction set.
    private static var pairBlock: Int { 12 }
    /// Scalars of the largest kernel, which still fits into a third-level cache. Beyond it products must be cut along
    /// the inputs, as ``DenseProduct`` does.
    private static var mostScalars: Int { 4_194_304 }

    /// Whether such a layer gains from fused kernels.
    package static func suits(inputs: Int, outputs: Int) -> Bool { inputs * outputs <= mostScalars }

    /// - Parameters:
    ///   - rows: Most rows of a run.
    ///   - rectifies: Whether y is max(0, y).
    ///   - precision: In which type products are made; bfloat16 for Float alone.
    ///   - tiles: The instruction set of the tiles.
    package init(
        rows: Int, inputs: Int, outputs: Int, rectifies: Bool = false, precision: Precision = .float32,
        tiles: TileSet = .best
    ) {
        require(
            precision == .float32 || Scalar.self == Float.self,
            "FusedDense: operands are \(Scalar.self), bfloat16 products take Float")
        require(
            min(rows, inputs, outputs) >= 1,
            "FusedDense: input [\(rows), \(inputs)], kernel [\(inputs), \(outputs)], expected extents of at least 1")
        self.rows = rows
        self.inputs = inputs
        self.outputs = outputs
        self.rectifies = rectifies
        self.precision = precision
        self.tiles = tiles
        let lanes = tiles.lanes(Scalar.self)
        kernelPanels = FilterPanels(columns: outputs, rows: inputs, groups: 1, lanes: lanes)
        rowPanels = FilterPanels(columns: rows, rows: outputs, groups: 1, lanes: lanes)
        inputOffsets = (0..<max(1, rows / 2)).map { 2 * $0 * precision.words(inputs) }
        outputOffsets = (0..<max(1, rows / 2)).map { 2 * $0 * outputs }
        kernelOffsets = (0..<Self.kernelBlock / 2).map { 2 * $0 * precision.words(outputs) }
        tileOffsets = (0..<Self.kernelBlock / 2).map { 4 * $0 * lanes }
    }

    /// Scalars of workspace that a run needs, forward or backward.
    package func workspaceCount(threads: Int) -> Int {
        if isPaired {
            return max(
                kernelPanels.count + kernelPanels.paired(taps: 1).count + rows * precision.words(inputs),
                rows * outputs + precision.words(rows) * outputs + rowPanels.count + rowPanels.paired(taps: 1).count
                    + threads * scratchCount)
        }
        return max(
            kernelPanels.canBeReadInPlace ? 0 : kernelPanels.count,
            rows * outputs + rowPanels.count + threads * scratchCount)
    }

    private var isPaired: Bool { precision == .bfloat16 }

    /// What a shard of backward packs: some of the batch's inputs or products, and in bfloat16 rows of the kernel.
    private var scratchCount: Int {
        Self.kernelBlock
            * (max(Self.rowBlock, 2 * tiles.lanes(Scalar.self)) + (isPaired ? precision.words(outputs) : 0))
    }

    private func requireRows(_ rows: Int) {
        require((1...self.rows).contains(rows), "FusedDense: \(rows) rows, expected 1 to \(self.rows)")
    }

    // MARK: Forward

    /// y = max(0, x · kernel + bias).
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func forward(
        rows: Int, input: UnsafePointer<Scalar>, kernel: UnsafePointer<Scalar>, bias: UnsafePointer<Scalar>?,
        output: UnsafeMutablePointer<Scalar>, workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireRows(rows)
        let operand: FilterPanels.Location<Scalar>
        var input = input
        if isPaired {
            kernelPanels.pack(kernel, start: bias, to: workspace, pool: pool)
            let paired = workspace + kernelPanels.count
            kernelPanels.pair(workspace, taps: 1, to: paired, tiles, pool: pool)
            operand = .packed(paired)
            let words = paired + kernelPanels.paired(taps: 1).count
            tiles.pairNeighbours(input, count: rows, depth: inputs, to: words)
            input = UnsafePointer(words)
        } else if kernelPanels.canBeReadInPlace {
            operand = .inPlace(kernel, start: bias)
        } else {
            kernelPanels.pack(kernel, start: bias, to: workspace, pool: pool)
            operand = .packed(workspace)
        }
        let blocks = Shards(of: rows / 2, atLeast: Self.pairBlock)
        let isOdd = rows % 2 == 1
        if rows * inputs * outputs < 100_000 {
            for panel in 0..<kernelPanels.panels {
                multiplyRows(0..<rows / 2, isOdd ? rows - 1 : nil, panel, operand, input, output)
            }
            return
        }
        pool.forEach(blocks.shards * kernelPanels.panels) { shard, _ in
            let (panel, block) = shard.quotientAndRemainder(dividingBy: blocks.shards)
            let isLast = block == blocks.shards - 1
            multiplyRows(blocks[block], isOdd && isLast ? rows - 1 : nil, panel, operand, input, output)
        }
    }

    /// The products of some pairs of rows, and of a row without a pair.
    @inline(__always)
    private func multiplyRows(
        _ pairs: Range<Int>, _ lone: Int?, _ panel: Int, _ operand: FilterPanels.Location<Scalar>,
        _ input: UnsafePointer<Scalar>, _ output: UnsafeMutablePointer<Scalar>
    ) {
        let columns = kernelPanels.columns(ofPanel: panel)
        let operand = (isPaired ? kernelPanels.paired(taps: 1) : kernelPanels).panel(
            group: 0, panel: panel, in: operand)
        let words = precision.words(inputs)
        let run = chardware_run(source: 0, panel_row: 0, length: words)
        inputOffsets.withUnsafeBufferPointer { inputOffsets in
            outputOffsets.withUnsafeBufferPointer { outputOffsets in
                withUnsafePointer(to: run) { run in
                    guard let sources = inputOffsets.baseAddress, let targets = outputOffsets.baseAddress else {
                        return
                    }
                    var product = chardware_product(
                        source: input, source_offsets: sources + pairs.lowerBound, source_step: words, runs: run,
                        run_count: 1, panel: operand.rows, panel_stride: operand.stride, start: operand.start,
                        output: output + columns.lowerBound, output_offsets: targets + pairs.lowerBound,
                        output_step: outputs, pairs: pairs.count, channels: columns.count, rectifies: rectifies,
                        pools: false, taps: nil, sums: nil,
                        sums_step: 0)
                    tiles.multiply(&product, precision, as: Scalar.self)
                    guard let lone else { return }
                    // The table's first entry is 0.
                    product.source = UnsafeRawPointer(input + lone * words)
                    product.output = UnsafeMutableRawPointer(output + columns.lowerBound + lone * outputs)
                    product.source_offsets = sources
                    product.output_offsets = targets
                    product.source_step = 0
                    product.output_step = 0
                    product.pairs = 1
                    tiles.multiply(&product, precision, as: Scalar.self)
                }
            }
        }
    }

    // MARK: Backward

    /// kernelGradient = xᵀ · g and biasGradient = Σ rows of g, and, if it is asked for, inputGradient = g · kernelᵀ, where g
    /// is the output's gradient where the output is positive.
    ///
    /// - Parameter output: What forward gave; read where there is a ReLU.
    @_specialize(where Scalar == Float)
    @_specialize(where Scalar == Double)
    package func backward(
        rows: Int, input: UnsafePointer<Scalar>, kernel: UnsafePointer<Scalar>, output: UnsafePointer<Scalar>,
        outputGradient: UnsafePointer<Scalar>, kernelGradient: UnsafeMutablePointer<Scalar>,
        biasGradient: UnsafeMutablePointer<Scalar>?, inputGradient: UnsafeMutablePointer<Scalar>?,
        workspace: UnsafeMutablePointer<Scalar>, pool: WorkerPool
    ) {
        requireRows(rows)
        let gradient = workspace
        let pairedGradient = gradient + self.rows * outputs
        let turned = pairedGradient + (isPaired ? precision.words(self.rows) * outputs : 0)
        let scratch = turned + rowPanels.count + (isPaired ? rowPanels.paired(taps: 1).count : 0)
        let scratchCount = scratchCount
        biasGradient?.update(repeating: 0, count: outputs)
        OutputGradient(outputGradient, rectified: rectifies ? output : nil)
            .write(
                line: 0, width: rows, channels: 0..<outputs, of: outputs, to: gradient, targetPixel: outputs,
                targetLine: 0, sums: biasGradient, tiles)
        let batch = FilterPanels(columns: rows, rows: outputs, groups: 1, lanes: rowPanels.lanes)
        var operands = Operands(gradient: UnsafePointer(gradient), turned: UnsafePointer(turned), batch: batch)
        if inputGradient != nil {
            batch.packTransposed(gradient, to: turned)
        }
        if isPaired {
            pairBatch(gradient, rows: rows, columns: 0..<outputs, of: outputs, to: pairedGradient)
            operands.gradient = UnsafePointer(pairedGradient)
            if inputGradient != nil {
                batch.pair(turned, taps: 1, to: turned + batch.count, tiles, pool: pool)
                operands.turned = UnsafePointer(turned + batch.count)
                operands.batch = batch.paired(taps: 1)
            }
        }
        let blocks = Shards(of: inputs, limit: (inputs + Self.kernelBlock - 1) / Self.kernelBlock)
        let isSmall = rows * inputs * outputs < 50_000
        for sequential in 0..<(isSmall ? blocks.shards : 0) {
            backwardBlock(
                blocks[sequential], rows, input, kernel, operands, kernelGradient, inputGradient, scratch)
        }
        if isSmall { return }
        pool.forEach(blocks.shards) { block, worker in
            backwardBlock(
                blocks[block], rows, input, kernel, operands, kernelGradient, inputGradient,
                scratch + worker * scratchCount)
        }
    }

    /// What all shards of backward read of the batch, in the plan's precision.
    private struct Operands {
        /// The output's gradient, `[rows, outputs]`, or words of two rows.
        var gradient: UnsafePointer<Scalar>
        /// Its transpose in panels.
        var turned: UnsafePointer<Scalar>
        /// The layout of those.
        var batch: FilterPanels
    }

    @inline(__always)
    private func backwardBlock(
        _ block: Range<Int>, _ rows: Int, _ input: UnsafePointer<Scalar>, _ kernel: UnsafePointer<Scalar>,
        _ operands: Operands, _ kernelGradient: UnsafeMutablePointer<Scalar>,
        _ inputGradient: UnsafeMutablePointer<Scalar>?, _ scratch: UnsafeMutablePointer<Scalar>
    ) {
        addOuterProducts(block, rows, input, operands.gradient, to: kernelGradient, scratch)
        guard let inputGradient else { return }
        multiplyKernel(block, kernel, operands.turned, operands.batch, to: inputGradient, scratch)
    }

    /// Words of some columns of each two rows; an odd last row beside zeros.
    @inline(__always)
    private func pairBatch(
        _ matrix: UnsafePointer<Scalar>, rows: Int, columns: Range<Int>, of stride: Int,
        to target: UnsafeMutablePointer<Scalar>
    ) {
        for pair in 0..<precision.words(rows) {
            let lower = matrix + 2 * pair * stride + columns.lowerBound
            tiles.pairRows(
                lower, 2 * pair + 1 < rows ? lower + stride : nil, count: columns.count,
                to: target + pair * columns.count)
        }
    }

    /// Some rows of the kernel's gradient. The batch's inputs are packed, because they lie a whole row apart.
    @inline(__always)
    private func addOuterProducts(
        _ block: Range<Int>, _ rows: Int, _ input: UnsafePointer<Scalar>, _ gradient: UnsafePointer<Scalar>,
        to kernelGradient: UnsafeMutablePointer<Scalar>, _ scratch: UnsafeMutablePointer<Scalar>
    ) {
        for first in stride(from: 0, to: rows, by: Self.rowBlock) {
            let count = min(Self.rowBlock, rows - first)
            if isPaired {
                pairBatch(input + first * inputs, rows: count, columns: block, of: inputs, to: scratch)
            } else {
                Runs.copy(
                    count, length: block.count, from: input + first * inputs + block.lowerBound, step: inputs,
                    to: scratch, step: block.count)
            }
            let firstPosition = isPaired ? first / 2 : first
            for panel in 0..<kernelPanels.panels {
                let columns = kernelPanels.columns(ofPanel: panel)
                var product = chardware_outer_product(
                    left: scratch, right: gradient + firstPosition * outputs + columns.lowerBound,
                    target: kernelGradient + block.lowerBound * outputs + columns.lowerBound, images: 1, lines: 1,
                    positions: precision.words(count), left_image_stride: 0, left_line_stride: 0,
                    left_stride: block.count,
                    right_image_stride: 0, right_line_stride: 0, right_stride: outputs, target_stride: outputs,
                    rows: block.count, channels: columns.count, adds: first > 0)
                tiles.multiply(&product, precision, as: Scalar.self)
            }
        }
    }

    /// Some columns of the input's gradient: rows of the kernel by the transposed gradient, turned back on the way out.
    @inline(__always)
    private func multiplyKernel(
        _ block: Range<Int>, _ kernel: UnsafePointer<Scalar>, _ turned: UnsafePointer<Scalar>,
        _ batch: FilterPanels, to inputGradient: UnsafeMutablePointer<Scalar>,
        _ scratch: UnsafeMutablePointer<Scalar>
    ) {
        let lanes = batch.lanes
        let words = precision.words(outputs)
        let run = chardware_run(source: 0, panel_row: 0, length: words)
        var source = kernel + block.lowerBound * outputs
        if isPaired {
            let own = scratch + Self.kernelBlock * max(Self.rowBlock, 2 * lanes)
            tiles.pairNeighbours(source, count: block.count, depth: outputs, to: own)
            source = UnsafePointer(own)
        }
        for panel in 0..<batch.panels {
            let columns = batch.columns(ofPanel: panel)
            let operand = batch.panel(group: 0, panel: panel, in: .packed(turned))
            kernelOffsets.withUnsafeBufferPointer { kernelOffsets in
                tileOffsets.withUnsafeBufferPointer { tileOffsets in
                    withUnsafePointer(to: run) { run in
                        var product = chardware_product(
                            source: source, source_offsets: kernelOffsets.baseAddress, source_step: words, runs: run,
                            run_count: 1, panel: operand.rows,
                            panel_stride: operand.stride, start: nil, output: scratch,
                            output_offsets: tileOffsets.baseAddress, output_step: 2 * lanes, pairs: block.count / 2,
                            channels: columns.count, rectifies: false, pools: false, taps: nil, sums: nil,
                            sums_step: 0)
                        tiles.multiply(&product, precision, as: Scalar.self)
                        if block.count % 2 == 0 { return }
                        product.source = UnsafeRawPointer(source + (block.count - 1) * words)
                        product.output = UnsafeMutableRawPointer(scratch + (block.count - 1) * 2 * lanes)
                        product.source_step = 0
                        product.output_step = 0
                        product.pairs = 1
                        tiles.multiply(&product, precision, as: Scalar.self)
                    }
                }
            }
            let target = inputGradient + columns.lowerBound * inputs + block.lowerBound
            // Row by row of the target: its rows often lie a power of two apart, where caches hold few of them at once.
            for row in 0..<columns.count {
                let line = target + row &* inputs
                for column in 0..<block.count { line[column] = scratch[column &* 2 &* lanes &+ row] }
            }
        }
    }
}
